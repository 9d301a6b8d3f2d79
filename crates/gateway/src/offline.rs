//! Read verbs without a running gateway: answered from the store and the config.

use std::sync::Arc;

use fased_policy::lifecycle::Status;
use fased_protocol::control::{ControlError, ControlRequest, ControlResponse, ErrorCode, StatusInfo};

use crate::account::{View, next_action};
use crate::clock;
use crate::config::Config;
use crate::control::{
    Subjects, account_infos, agent_reach, chats_list, directory_self, explain, explain_sender, groups_list,
    internal, message_status, messages_list, outbox_list, pairing_list, status, tasks_last, tasks_list,
    tasks_runs, tasks_show, verdicts_list,
};
use crate::explain::{Accounts, Answering, Linked, Pending};
use crate::health::health;
use crate::paths::Paths;
use crate::session::Conversations;
use crate::store::{Store, StoredAccount};
use crate::tasks::{Desk, TaskError};

/// Answers a read verb from the store; any other request gets an error `no_gateway`.
/// On an empty state every list is empty and that is not an error.
pub async fn answer(paths: &Paths, request: &ControlRequest) -> ControlResponse {
    match read(paths, request).await {
        Ok(response) => response,
        Err(error) => ControlResponse::Error(error),
    }
}

async fn read(paths: &Paths, request: &ControlRequest) -> Result<ControlResponse, ControlError> {
    let store = Store::open_to_read(&paths.store)
        .await
        .map_err(|error| internal(&error))?;
    match request {
        ControlRequest::ChannelsStatus { account } => {
            let mut accounts = accounts(paths, store.as_ref()).await?;
            if let Some(id) = account {
                accounts.retain(|info| info.account == *id);
                if accounts.is_empty() {
                    return Err(no_account(paths, id));
                }
            }
            Ok(ControlResponse::Accounts {
                accounts,
                config: None,
            })
        }
        ControlRequest::ChannelsList => Ok(ControlResponse::Accounts {
            accounts: accounts(paths, store.as_ref()).await?,
            config: None,
        }),
        ControlRequest::Status => {
            let accounts = accounts(paths, store.as_ref()).await?;
            let health = health(None, None, &accounts, clock::now_ms());
            match &store {
                Some(store) => status::answer(store, None, health, accounts).await,
                None => Ok(ControlResponse::Status(StatusInfo {
                    gateway: None,
                    config: None,
                    health,
                    accounts,
                    notices: Vec::new(),
                    attention: Vec::new(),
                })),
            }
        }
        ControlRequest::PairingList { account, approved } => match (&store, approved) {
            (Some(store), approved) => pairing_list::answer(store, account.as_deref(), *approved).await,
            (None, false) => Ok(ControlResponse::Pending { pending: Vec::new() }),
            (None, true) => Ok(ControlResponse::Approved { approved: Vec::new() }),
        },
        ControlRequest::GroupsList { account } => {
            let mut config = config(paths)?;
            if let Some(id) = account {
                config.accounts.retain(|known, _| known == id);
                if config.accounts.is_empty() {
                    return Err(no_account(paths, id));
                }
            }
            let accounts: Vec<_> = config.accounts.into_values().map(Arc::new).collect();
            groups_list::answer(store.as_ref(), &accounts).await
        }
        ControlRequest::Explain { message_id } => match &store {
            Some(store) => {
                let linked = linked(paths, Some(store)).await;
                explain::answer(store, &linked.map_err(|error| error.message), message_id).await
            }
            None => Err(ControlError {
                code: ErrorCode::NotFound,
                message: format!("no message with id {message_id} was ever seen here: there is no store yet"),
                next: "start the gateway: fased gateway run".to_owned(),
            }),
        },
        ControlRequest::VerdictsList(request) => {
            // The journal can be read whatever is wrong with the config.
            let config = Config::load(paths).ok();
            let is_configured = |id: &str| {
                config
                    .as_ref()
                    .is_some_and(|config| config.accounts.contains_key(id))
            };
            verdicts_list::answer(store.as_ref(), is_configured, request).await
        }
        ControlRequest::ExplainSender {
            sender,
            group,
            account,
        } => {
            let linked = linked(paths, store.as_ref()).await?;
            explain_sender::answer(
                store.as_ref(),
                &linked,
                sender,
                group.as_deref(),
                account.as_deref(),
            )
            .await
        }
        ControlRequest::ChatsList(request) => {
            let linked = linked(paths, store.as_ref()).await?;
            // What groups are called is asked of WhatsApp alone.
            chats_list::answer(store.as_ref(), &linked, request, &Subjects::new()).await
        }
        ControlRequest::MessagesList(request) => {
            let linked = linked(paths, store.as_ref()).await?;
            messages_list::answer(store.as_ref(), &linked, request).await
        }
        ControlRequest::MessageStatus { message_ids } => match &store {
            Some(store) => message_status::answer(store, message_ids).await,
            None => Err(message_status::not_found(
                message_ids.first().map_or("", String::as_str),
            )),
        },
        ControlRequest::DirectorySelf { account } => {
            let config = config(paths)?;
            let mut accounts = accounts(paths, store.as_ref()).await?;
            if let Some(id) = account {
                accounts.retain(|info| info.account == *id);
                if accounts.is_empty() {
                    return Err(no_account(paths, id));
                }
            }
            let name = |id: &str| config.accounts.get(id)?.name.clone();
            Ok(directory_self::answer(accounts, name))
        }
        ControlRequest::OutboxList {
            account,
            state,
            chat,
            limit,
            text,
        } => match &store {
            Some(store) => {
                let asked = outbox_list::Asked {
                    account: account.as_deref(),
                    state: state.as_deref(),
                    chat: chat.as_ref().map(|chat| chat.0.as_str()),
                    limit: *limit,
                    text: *text,
                };
                outbox_list::answer(store, asked).await
            }
            None => Ok(ControlResponse::Outbox { messages: Vec::new() }),
        },
        ControlRequest::TasksList {
            account,
            chat,
            all,
            limit,
            for_agent,
        } => {
            let config = config(paths)?;
            let asked = tasks_list::Asked {
                account: account.as_deref(),
                chat: chat.as_ref().map(|chat| chat.0.as_str()),
                all: *all,
                limit: *limit,
                agent: agent_reach::named(Some(&config.agents), for_agent.as_ref())?,
                for_agent: for_agent.as_ref(),
            };
            let desk = desk(paths, store.as_ref(), account.as_deref())?;
            match (&store, desk) {
                (Some(store), Some(desk)) => {
                    let accounts = linked(paths, Some(store)).await?;
                    tasks_list::answer(store, &desk, &accounts, asked).await
                }
                (Some(_) | None, _) => Ok(ControlResponse::Tasks {
                    tasks: Vec::new(),
                    more: 0,
                    withheld: 0,
                }),
            }
        }
        ControlRequest::TasksShow { id } => match desk(paths, store.as_ref(), None)? {
            Some(desk) => tasks_show::answer(&desk, id).await,
            None => Err(no_task(id)),
        },
        ControlRequest::TasksRuns { id, limit } => match desk(paths, store.as_ref(), None)? {
            Some(desk) => tasks_runs::answer(&desk, id, *limit).await,
            None => Err(no_task(id)),
        },
        ControlRequest::TasksLast { id } => match desk(paths, store.as_ref(), None)? {
            Some(desk) => tasks_last::answer(&desk, id).await,
            None => Err(no_task(id)),
        },
        ControlRequest::TasksNew(_)
        | ControlRequest::TasksRun { .. }
        | ControlRequest::TasksPause { .. }
        | ControlRequest::TasksResume { .. }
        | ControlRequest::TasksEdit { .. }
        | ControlRequest::TasksCancel { .. }
        | ControlRequest::TasksCancelRun { .. }
        | ControlRequest::MessageSend(_)
        | ControlRequest::MessageReact { .. }
        | ControlRequest::MessagePoll { .. }
        | ControlRequest::MessageEdit { .. }
        | ControlRequest::MessageDelete { .. }
        | ControlRequest::DirectoryGroups { .. }
        | ControlRequest::OutboxCancel { .. }
        | ControlRequest::OutboxRetry { .. }
        | ControlRequest::GatewayStatus
        | ControlRequest::Health
        | ControlRequest::GatewayStop
        | ControlRequest::Dashboard { .. }
        | ControlRequest::GatewayRestart
        | ControlRequest::ChannelsLogin { .. }
        | ControlRequest::ChannelsLogout { .. }
        | ControlRequest::ChannelsPause { .. }
        | ControlRequest::ChannelsResume { .. }
        | ControlRequest::PairingApprove { .. }
        | ControlRequest::PairingDeny { .. }
        | ControlRequest::PairingRevoke { .. }
        | ControlRequest::GroupsActivation { .. }
        | ControlRequest::GroupsAllow { .. }
        | ControlRequest::GroupsBlock { .. }
        | ControlRequest::ConfigGet { .. }
        | ControlRequest::ConfigSet { .. }
        | ControlRequest::ConfigReload
        | ControlRequest::AgentsList
        | ControlRequest::ChannelsAdd(_)
        | ControlRequest::ChannelsRestart { .. }
        | ControlRequest::LogsTail { .. }
        | ControlRequest::Doctor
        | ControlRequest::ClockAdvance { .. }
        | ControlRequest::Watch => Err(ControlError {
            code: ErrorCode::NoGateway,
            message: format!("no gateway runs on {}", paths.state_dir.display()),
            next: "start it: fased gateway run".to_owned(),
        }),
    }
}

fn config(paths: &Paths) -> Result<Config, ControlError> {
    Config::load(paths).map_err(|error| ControlError {
        code: ErrorCode::Config,
        message: error.message,
        next: format!("edit {}", paths.config.display()),
    })
}

pub(crate) async fn accounts(
    paths: &Paths,
    store: Option<&Store>,
) -> Result<Vec<fased_protocol::control::AccountInfo>, ControlError> {
    let config = config(paths)?;
    let mut views = Vec::new();
    for (id, account) in &config.accounts {
        let stored = match store {
            Some(store) => store.account(id).await.map_err(|error| internal(&error))?,
            None => None,
        };
        let seen = stored.is_some();
        let mut view = View::at_rest(account.enabled, stored.unwrap_or_default());
        view.stored.account.clone_from(id);
        describe_stopped(&mut view.stored, account.enabled, seen);
        views.push(view);
    }
    match store {
        Some(store) => account_infos(store, views.into_iter()).await,
        None => Ok(views
            .into_iter()
            .map(crate::account::info_without_store)
            .collect()),
    }
}

/// Accounts as the store remembers them, for where the config cannot be read.
pub(crate) async fn stored_accounts(
    store: &Store,
) -> Result<Vec<fased_protocol::control::AccountInfo>, ControlError> {
    let stored = store.accounts().await.map_err(|error| internal(&error))?;
    let views = stored.into_iter().map(|mut stored| {
        describe_stopped(&mut stored, true, true);
        View::at_rest(true, stored)
    });
    account_infos(store, views).await
}

/// All accounts, as far as judging needs them.
pub(crate) async fn linked(paths: &Paths, store: Option<&Store>) -> Result<Accounts, ControlError> {
    let mut accounts = Accounts::new();
    let asked = match store {
        Some(store) => store.asked_aliases().await.map_err(|error| internal(&error))?,
        None => Vec::new(),
    };
    let asked = Arc::new(asked.into_iter().collect());
    for (id, account) in config(paths)?.accounts {
        let stored = match store {
            Some(store) => store.account(&id).await.map_err(|error| internal(&error))?,
            None => None,
        };
        let config = Arc::new(account);
        let chosen = match store {
            Some(store) => Conversations::load(store, &id).await,
            None => Ok(Conversations::default()),
        };
        let (chosen, answering) = (chosen.map_err(|error| internal(&error))?, Arc::clone(&config));
        let linked = Linked {
            pending: Pending::after(Arc::clone(&asked), Arc::clone(&config)),
            own: stored.unwrap_or_default().identity(),
            answering: Answering::by(move |chat, person| chosen.answering(&answering, chat, person)),
            config,
        };
        accounts.insert(id, linked);
    }
    Ok(accounts)
}

/// Without a gateway nothing is `ready`, whatever the store remembers.
fn describe_stopped(stored: &mut StoredAccount, enabled: bool, seen: bool) {
    let says = |status: Status, stored: &mut StoredAccount| {
        status.as_str().clone_into(&mut stored.state);
        status.sentence().clone_into(&mut stored.sentence);
        stored.next = Some(next_action(status, &stored.account));
    };
    if !enabled {
        says(Status::Disabled, stored);
    } else if !seen || stored.phone.is_none() {
        says(Status::Unlinked, stored);
    } else if [
        Status::Ready,
        Status::Connecting,
        Status::Linking,
        Status::Suspended,
    ]
    .iter()
    .any(|status| status.as_str() == stored.state)
        || stored.state == "backing_off"
    {
        Status::Suspended.as_str().clone_into(&mut stored.state);
        if stored.paused {
            let resume = next_action(Status::Suspended, &stored.account);
            "It is paused, and no gateway runs.".clone_into(&mut stored.sentence);
            stored.next = Some(format!("start the gateway: fased gateway run; then: {resume}"));
        } else {
            "No gateway runs.".clone_into(&mut stored.sentence);
            stored.next = Some("start it: fased gateway run".to_owned());
        }
    }
    stored.until_ms = None;
}

/// Where Tasks are looked at; nowhere before there is a store.
fn desk(paths: &Paths, store: Option<&Store>, account: Option<&str>) -> Result<Option<Desk>, ControlError> {
    let config = config(paths)?;
    if let Some(id) = account.filter(|id| !config.accounts.contains_key(*id)) {
        return Err(no_account(paths, id));
    }
    let accounts = config.accounts.into_values().map(Arc::new);
    Ok(store.map(|store| Desk::new(store, accounts)))
}

fn no_task(id: &str) -> ControlError {
    TaskError::NotFound(id.to_owned()).told()
}

fn no_account(paths: &Paths, id: &str) -> ControlError {
    ControlError {
        code: ErrorCode::NotFound,
        message: format!("there is no account {id} in {}", paths.config.display()),
        next: "list the accounts: fased channels list".to_owned(),
    }
}

#[cfg(test)]
mod tests;
