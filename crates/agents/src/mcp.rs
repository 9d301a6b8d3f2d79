//! A server of the Model Context Protocol: offers tools to whoever holds its pipes, and has calls carried out by a [`Hand`].
//!
//! It knows nothing of what the tools do. This is the only file that names the crate which speaks the protocol.

mod lines;
mod tool;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool as Offered,
    ToolAnnotations,
};
use rmcp::service::{QuitReason, RequestContext, RoleServer, ServerInitializeError, serve_server};
use rmcp::transport::async_rw::AsyncRwTransport;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, Semaphore};

pub use tool::{Argument, Effect, Kind, Tool};

/// Calls that are carried out at once. Further ones wait for their turn.
const MOST_AT_ONCE: usize = 8;

/// Calls under way and waiting. When there are so many, a further one is answered with an error at once.
const MOST_WAITING: usize = 64;

/// Longest line that is read. A longer one is answered with an error.
const MOST_LINE_BYTES: usize = 4 * 1024 * 1024;

/// What is between the lines that are read and the library, in each direction; whoever is faster waits.
const PIPE_BYTES: usize = 64 * 1024;

/// How long the last answers may take to be written, once there will be no more.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What a call comes to: an object, or why not.
pub type Called<'a> = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send + 'a>>;

/// Carries calls out.
pub trait Hand: Send + Sync + 'static {
    /// Calls a tool that is offered, with arguments that fit it. The result is an object. What is called off is dropped.
    fn call<'a>(&'a self, tool: &'a str, arguments: &'a Map<String, Value>) -> Called<'a>;
}

/// Why a call came to nothing, for the model that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolError {
    /// What, where and why.
    pub message: String,
    /// The next command, or what to do.
    pub next: String,
}

/// What is offered, and to whom calls go.
pub struct Server {
    /// Its name, as clients are told.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for, for the model.
    pub instructions: String,
    /// What can be called.
    pub tools: Vec<Tool>,
    /// Who carries calls out.
    pub hand: Arc<dyn Hand>,
}

/// Why a server ended otherwise than by the end of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The other side said something else first than who it is.
    NotGreeted,
    /// Its answers cannot be written any more, or another fault.
    Failed(String),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotGreeted => f.write_str("the client did not begin with `initialize`"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

/// Serves on standard input and output until the former ends. Calls that are under way then have five seconds to be
/// answered.
///
/// # Errors
/// When it ends otherwise.
pub async fn serve_stdio(server: Server) -> Result<(), Broken> {
    let (input, output) = rmcp::transport::io::stdio_pipes();
    serve(server, input, output).await
}

/// The same on any pipe.
///
/// # Errors
/// When it ends otherwise than by the end of `input`.
pub async fn serve(
    server: Server,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> Result<(), Broken> {
    let (to_library, library_reads) = tokio::io::duplex(PIPE_BYTES);
    let (library_writes, from_library) = tokio::io::duplex(PIPE_BYTES);
    let out = Arc::new(Mutex::new(output));
    let reading = tokio::spawn(lines::inward(
        input,
        to_library,
        Arc::clone(&out),
        MOST_LINE_BYTES,
    ));
    let writing = tokio::spawn(lines::outward(from_library, out));
    let transport =
        AsyncRwTransport::new(library_reads, library_writes).with_max_line_length(MOST_LINE_BYTES + 1);
    let ended = served(server, transport).await;
    reading.abort();
    let stop = writing.abort_handle();
    match tokio::time::timeout(LAST_WORDS, writing).await {
        Ok(_written) => {}
        Err(_late) => stop.abort(),
    }
    ended
}

async fn served<R, W>(server: Server, transport: AsyncRwTransport<RoleServer, R, W>) -> Result<(), Broken>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let serving = Serving {
        server,
        waiting: Semaphore::new(MOST_WAITING),
        turns: Semaphore::new(MOST_AT_ONCE),
    };
    let running = match serve_server(serving, transport).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => return Err(Broken::NotGreeted),
        // Its own words may hold what was said.
        Err(_) => return Err(Broken::Failed("the greeting failed".to_owned())),
    };
    match running.waiting().await {
        Ok(QuitReason::Closed | QuitReason::Cancelled) => Ok(()),
        Ok(_) | Err(_) => Err(Broken::Failed("the server stopped by a defect".to_owned())),
    }
}

struct Serving {
    server: Server,
    waiting: Semaphore,
    turns: Semaphore,
}

impl Serving {
    async fn call(&self, tool: &Tool, arguments: &Map<String, Value>) -> CallToolResult {
        let Ok(_waiting) = self.waiting.try_acquire() else {
            return refused(&ToolError {
                message: format!("{MOST_WAITING} calls wait already, and no more are taken"),
                next: "try again when some of them are answered".to_owned(),
            });
        };
        // It is never closed.
        let _turn = self.turns.acquire().await;
        match self.server.hand.call(tool.name, arguments).await {
            Ok(value) => CallToolResult::structured(value),
            Err(error) => refused(&error),
        }
    }
}

fn refused(error: &ToolError) -> CallToolResult {
    let next = if error.next.is_empty() {
        String::new()
    } else {
        format!("\nnext: {}", error.next)
    };
    CallToolResult::error(vec![ContentBlock::text(format!(
        "error: {}{next}",
        error.message
    ))])
}

impl ServerHandler for Serving {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(&self.server.name, &self.server.version))
            .with_instructions(&self.server.instructions)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.server.tools.iter().map(offered).collect();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tools = &self.server.tools;
        let Some(tool) = tools.iter().find(|tool| tool.name == request.name) else {
            let names: Vec<&str> = tools.iter().map(|tool| tool.name).collect();
            let names = names.join(", ");
            return Err(ErrorData::invalid_params(
                format!("name: there is no tool {:?}; there are: {names}", request.name),
                None,
            ));
        };
        let arguments = request.arguments.unwrap_or_default();
        if let Some(why) = tool.misfit(&arguments) {
            return Err(ErrorData::invalid_params(why, None));
        }
        tokio::select! {
            biased;
            () = context.ct.cancelled() => Ok(refused(&ToolError {
                message: "the call was called off".to_owned(),
                next: String::new(),
            }).into()),
            result = self.call(tool, &arguments) => Ok(result.into()),
        }
    }
}

fn offered(tool: &Tool) -> Offered {
    let reads = tool.effect == Effect::Reads;
    // Nothing that is here destroys: what was sent stays sent, and a reaction can be taken back.
    let hints = ToolAnnotations::with_title(tool.title)
        .read_only(reads)
        .destructive(false)
        .idempotent(reads || tool.effect == Effect::Sets)
        .open_world(!reads);
    let mut offered = Offered::new(tool.name, tool.about, Arc::new(tool.schema()));
    offered.title = Some(tool.title.to_owned());
    offered.annotations = Some(hints);
    offered
}

#[cfg(test)]
mod tests;
