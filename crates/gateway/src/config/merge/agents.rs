//! The agents, from what is written.

use std::path::Path;
use std::time::Duration;

use fased_agents::{AcpSettings, CommandOutput, CommandSettings, KeySource, OpenAiSettings, Settings};
use fased_policy::ids::{AccountId, AllowList, GroupId, IdError, Identity, Lid, Phone};
use fased_policy::mention::Patterns;
use fased_policy::route::{Binding, Broadcast, Peer};

use super::{allow_list, folder};
use crate::config::agents::IDLE;
use crate::config::file::{self, Backend, DmScope, File, Output, PeerKind, Strategy};
use crate::config::{Agent, Agents, TaskSettings};

const KILOBYTE: usize = 1024;

/// All agents, and what holds for them. `config` is where the file is.
pub(in crate::config) fn agents(file: &File, config: &Path) -> Result<Agents, String> {
    let defaults = Agents::default();
    let global = &file.messages.group_chat.mention_patterns;
    let mut agents = Agents {
        patterns: patterns("messages.groupChat.mentionPatterns", global)?.unwrap_or_default(),
        bindings: bindings(&file.bindings)?,
        broadcasts: defaults.broadcasts,
        queue: file.messages.queue.mode.unwrap_or_default(),
        max_concurrent: file
            .agents
            .max_concurrent
            .map_or(defaults.max_concurrent, |most| most as usize),
        failure_text: file
            .messages
            .failure_text
            .clone()
            .unwrap_or(defaults.failure_text),
        owners_share_session: file.session.dm_scope == Some(DmScope::Main),
        transcript_days: file.session.retention_days.unwrap_or(defaults.transcript_days),
        default: defaults.default,
        list: defaults.list,
    };
    if let Some(list) = &file.agents.list
        && !list.is_empty()
    {
        agents.list.clear();
        for (index, written) in list.iter().enumerate() {
            agents
                .list
                .insert(written.id.clone(), agent(index, written, config)?);
        }
        let default = list.iter().find(|agent| agent.default == Some(true));
        if let Some(default) = default.or(list.first()) {
            agents.default.clone_from(&default.id);
        }
    }
    agents.broadcasts = broadcasts(&file.broadcast, &agents)?;
    Ok(agents)
}

fn broadcasts(written: &file::Broadcast, agents: &Agents) -> Result<Vec<Broadcast>, String> {
    let chats = written.chats.iter();
    chats
        .map(|(key, names)| {
            Ok(Broadcast {
                key: key.clone(),
                peer: chat(key).map_err(|error| format!("broadcast: {key}: {error}"))?,
                in_turn: written.strategy == Strategy::Sequential,
                patterns: Patterns::of_all(names.iter().map(|agent| agents.patterns_of(agent))),
                agents: names.clone(),
            })
        })
        .collect()
}

fn patterns(at: &str, list: &Option<Vec<String>>) -> Result<Option<Patterns>, String> {
    let compiled = list.as_ref().map(|list| Patterns::new(list)).transpose();
    compiled.map_err(|error| format!("{at}: {error}"))
}

fn agent(index: usize, written: &file::Agent, config: &Path) -> Result<Agent, String> {
    let at = format!("agents.list.{}", written.id);
    let defaults = Agent::default();
    let present = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    Ok(Agent {
        index,
        name: present(&written.name),
        backend: backend(&at, written, config)?,
        system_prompt: present(&written.system_prompt),
        patterns: patterns(&format!("{at}.mentionPatterns"), &written.mention_patterns)?,
        timeout: written.reply_timeout_seconds.map_or(defaults.timeout, |seconds| {
            Duration::from_secs(u64::from(seconds))
        }),
        output_bytes: written
            .max_output_kb
            .map_or(defaults.output_bytes, |most| most as usize * KILOBYTE),
        stream: written.stream.unwrap_or(defaults.stream),
        whatsapp_tools: written.tools.as_ref().and_then(|tools| tools.whatsapp) == Some(true),
    })
}

fn backend(at: &str, written: &file::Agent, config: &Path) -> Result<Settings, String> {
    match written.backend {
        Backend::Echo => Ok(Settings::Echo),
        Backend::Command => {
            let command = written
                .command
                .as_ref()
                .ok_or(format!("{at}.command is missing"))?;
            Ok(Settings::Command(CommandSettings {
                argv: argv(&command.argv, config),
                folder: folder(command.cwd.as_deref().unwrap_or("."), config),
                environment: command.env.clone(),
                output: match command.output {
                    Output::Text => CommandOutput::Text,
                    Output::Ndjson => CommandOutput::Lines,
                },
            }))
        }
        Backend::Acp => {
            let acp = written.acp.as_ref().ok_or(format!("{at}.acp is missing"))?;
            let cwd = acp.cwd.as_deref().unwrap_or(".");
            Ok(Settings::Acp(AcpSettings {
                program: CommandSettings {
                    argv: argv(&acp.argv, config),
                    folder: folder(cwd, config),
                    environment: acp.env.clone(),
                    ..CommandSettings::default()
                },
                work: folder(acp.work.as_deref().unwrap_or(cwd), config),
                idle: acp
                    .idle_minutes
                    .map_or(IDLE, |minutes| Duration::from_secs(u64::from(minutes) * 60)),
                tools: Vec::new(),
            }))
        }
        Backend::OpenAi => {
            let openai = written.openai.as_ref().ok_or(format!("{at}.openai is missing"))?;
            let of_file = openai.api_key_file.as_ref();
            let of_file = of_file.map(|written| KeySource::File(folder(written, config)));
            let key = openai.api_key_env.clone().map(KeySource::Environment);
            Ok(Settings::OpenAi(OpenAiSettings {
                base_url: openai.base_url.trim().trim_end_matches('/').to_owned(),
                model: openai.model.trim().to_owned(),
                key: key.or(of_file),
                history_tokens: openai.history_tokens.unwrap_or(8000) as usize,
                max_tokens: openai.max_tokens,
                temperature: openai.temperature,
                images: openai.images.unwrap_or(true),
            }))
        }
    }
}

fn argv(written: &[String], config: &Path) -> Vec<String> {
    let mut argv = written.to_vec();
    if let Some(program) = argv.first_mut() {
        *program = super::program(program, config);
    }
    argv
}

/// Bindings of other products' channels mean nothing here.
fn bindings(written: &[file::Binding]) -> Result<Vec<Binding>, String> {
    let ours = written.iter().enumerate().filter(|(_, binding)| {
        let channel = binding.matching.channel.as_deref();
        channel.is_none_or(|channel| channel == "whatsapp")
    });
    ours.map(|(index, binding)| {
        let at = |error: IdError| format!("bindings[{index}]: {error}");
        let account = binding.matching.account_id.as_deref().filter(|id| *id != "*");
        let account = account.map(AccountId::parse).transpose().map_err(at)?;
        let peer = binding.matching.peer.as_ref();
        let peer = peer.map(|peer| self::peer(peer.kind, &peer.id));
        Ok(Binding {
            index,
            agent: binding.agent_id.clone(),
            account,
            peer: peer.transpose().map_err(at)?,
        })
    })
    .collect()
}

/// The chat that a binding names.
pub(in crate::config) fn peer(kind: PeerKind, id: &str) -> Result<Peer, IdError> {
    match kind {
        PeerKind::Group => GroupId::parse(id.trim()).map(Peer::Group),
        PeerKind::Direct => Lid::parse(id)
            .map(Identity::from)
            .or_else(|_not_hidden| Phone::parse(id).map(Identity::from))
            .map(Peer::Person),
        PeerKind::Foreign => Err(IdError::Target),
    }
}

/// A chat by its address alone: a group, or a person.
pub(in crate::config) fn chat(id: &str) -> Result<Peer, IdError> {
    peer(PeerKind::Group, id).or_else(|_no_group| peer(PeerKind::Direct, id))
}

/// Scheduled work.
pub(in crate::config) fn tasks(file: &File) -> TaskSettings {
    let defaults = TaskSettings::default();
    let tasks = &file.tasks;
    TaskSettings {
        zone: tasks.timezone.clone(),
        catch_up_ms: tasks
            .catch_up_minutes
            .map_or(defaults.catch_up_ms, |minutes| i64::from(minutes) * 60_000),
        keep_days: tasks.keep_days.unwrap_or(defaults.keep_days),
        keep_runs: tasks.keep_runs.unwrap_or(defaults.keep_runs),
    }
}

/// Who besides owners may use chat commands.
pub(in crate::config) fn commands_allow(file: &File) -> Result<AllowList, String> {
    let entries = file.commands.allow_from.as_deref().unwrap_or_default();
    allow_list("commands.allowFrom", entries)
}
