//! Why a verdict falls, and what would change it: shared by the control socket, the verbs that work without
//! a gateway, and the log. Only policy decides; here it is asked again, and its answer put into words.

mod answering;
mod fix;
mod pending;
mod supposed;

use std::collections::BTreeMap;
use std::sync::Arc;

use fased_policy::access::{Outcome, Reason, Rule, Setting, Step, Verdict, judge_traced, reach_traced};
use fased_policy::ids::{ChatId, GroupId, Identity};
use fased_protocol::control::{JudgementInfo, RouteInfo, SourceInfo, TriedInfo};

use crate::config::{AccountConfig, Level, Source};
use crate::known::Known;
use crate::session::several::how;
use fix::fix;

pub use answering::Answering;
pub use fix::config_line;
pub use pending::Pending;
pub use supposed::supposed;

/// An account, as far as judging needs it.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Its present settings.
    pub config: Arc<AccountConfig>,
    /// Who it is on WhatsApp; empty before the first link.
    pub own: Identity,
    /// Whose identity WhatsApp has still to tell.
    pub pending: Pending,
    /// Which agents answer where.
    pub answering: Answering,
}

/// The configured accounts by id.
pub type Accounts = BTreeMap<String, Linked>;

/// A verdict and the rules that were tried for it.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// What becomes of the event.
    pub verdict: Verdict,
    /// In order.
    pub tried: Vec<Step>,
}

/// Judges an event by an account's settings, at a moment.
#[must_use]
pub fn judged(config: &AccountConfig, known: &Known, now_s: i64) -> Judgement {
    let patterns = config.patterns(&known.chat, &known.sender, agent(config, known));
    let mut tried = Vec::new();
    let verdict = judge_traced(&known.facts(now_s, patterns), &config.rules, &mut tried);
    Judgement { verdict, tried }
}

/// Judges whether an agent may reach the chat of a supposed event by itself.
#[must_use]
pub fn reached(config: &AccountConfig, known: &Known, now_s: i64) -> Judgement {
    let patterns = config.agents.patterns_of(agent(config, known));
    let mut tried = Vec::new();
    let verdict = reach_traced(&known.facts(now_s, patterns), &config.rules, &mut tried);
    Judgement { verdict, tried }
}

/// Puts a judgement into words and places.
#[must_use]
pub fn described(judgement: &Judgement, config: &AccountConfig, known: &Known, now_s: i64) -> JudgementInfo {
    let verdict = judgement.verdict;
    let decided = (verdict.rule != Rule::NONE).then(|| Step {
        rule: verdict.rule,
        setting: verdict.by,
        found: verdict.reason.sentence(),
    });
    let tried = judgement.tried.iter().chain(&decided);
    JudgementInfo {
        verdict: verdict.outcome.as_str().to_owned(),
        reason: verdict.reason.as_str().to_owned(),
        rule: decided.map(|step| step.rule.to_string()),
        source: verdict.by.map(|setting| source(setting, config, known)),
        fix: fix(verdict.reason, verdict.by, config, known, now_s),
        tried: tried.map(|step| tried_info(step, config, known)).collect(),
        route: route(verdict.outcome, config, known),
    }
}

/// Who answers, now or once the event is let in. What is dropped or too old is for nobody.
fn route(outcome: Outcome, config: &AccountConfig, known: &Known) -> Option<RouteInfo> {
    match outcome {
        Outcome::Admit | Outcome::Hold | Outcome::Context => {}
        Outcome::Drop | Outcome::Stale => return None,
    }
    if let Some(broadcast) = config.broadcast(&known.chat, &known.sender) {
        let how = how(broadcast.in_turn);
        return Some(RouteInfo {
            agent: broadcast.agents.join(", "),
            agents: broadcast.agents.clone(),
            by: "broadcast".to_owned(),
            sentence: format!("broadcast names this chat; each answers, {how}"),
            source: source_info(config.sources.of_broadcast(&broadcast.key), config),
        });
    }
    if let Some(chosen) = &known.chosen_agent {
        return Some(RouteInfo {
            agent: chosen.clone(),
            agents: Vec::new(),
            by: "chosen".to_owned(),
            sentence: "chosen in this chat by /agent switch".to_owned(),
            source: source_info(Source::stored("the agent chosen for this chat"), config),
        });
    }
    let route = config.route(&known.chat, &known.sender);
    let group = group_of(&known.chat);
    let source = config.sources.of_route(route.by, group, &config.agents.default);
    Some(RouteInfo {
        agent: route.agent.to_owned(),
        agents: Vec::new(),
        by: route.by.as_str().to_owned(),
        sentence: route.by.sentence().to_owned(),
        source: source_info(source, config),
    })
}

/// Who answers there, whatever becomes of the event; of several the first.
fn agent<'a>(config: &'a AccountConfig, known: &'a Known) -> &'a str {
    let broadcast = config.broadcast(&known.chat, &known.sender);
    if let Some(first) = broadcast.and_then(|broadcast| broadcast.agents.first()) {
        return first;
    }
    let chosen = known.chosen_agent.as_deref();
    chosen.unwrap_or_else(|| config.route(&known.chat, &known.sender).agent)
}

fn tried_info(step: &Step, config: &AccountConfig, known: &Known) -> TriedInfo {
    TriedInfo {
        rule: step.rule.to_string(),
        setting: step.setting.map(|setting| key(setting).to_owned()),
        source: step.setting.map(|setting| source(setting, config, known)),
        found: step.found.to_owned(),
    }
}

/// Where a setting's value comes from, seen from this event.
fn source(setting: Setting, config: &AccountConfig, known: &Known) -> SourceInfo {
    source_info(place(setting, config, known), config)
}

fn source_info(source: Source, config: &AccountConfig) -> SourceInfo {
    let Source { level, path, line } = source;
    let file = match level {
        Level::Account | Level::Root | Level::Global => Some(config.sources.file().display().to_string()),
        Level::Default | Level::Stored => None,
    };
    SourceInfo {
        level: level.as_str().to_owned(),
        path,
        file,
        line,
    }
}

fn place(setting: Setting, config: &AccountConfig, known: &Known) -> Source {
    let group = group_of(&known.chat);
    config.sources.of_setting(setting, group, agent(config, known))
}

fn group_of(chat: &ChatId) -> Option<&GroupId> {
    match chat {
        ChatId::Group(group) => Some(group),
        ChatId::Direct(_) | ChatId::SelfChat | ChatId::NotAConversation(_) => None,
    }
}

/// The sentence behind a recorded reason.
#[must_use]
pub fn sentence(reason: &str) -> Option<&'static str> {
    Reason::parse(reason).map(Reason::sentence)
}

/// A setting's key, without its section.
fn key(setting: Setting) -> &'static str {
    match setting {
        Setting::Mode => "mode",
        Setting::Owners => "owners",
        Setting::CommandsAllowFrom => "commands.allowFrom",
        Setting::DmPolicy => "dmPolicy",
        Setting::AllowFrom => "allowFrom",
        Setting::SelfChatMode => "selfChatMode",
        Setting::CatchUp => "catchUp.maxAgeMinutes",
        Setting::HonourPairings => "pairing.honourInAllowlist",
        Setting::MaxPending => "pairing.maxPending",
        Setting::GroupPolicy => "groupPolicy",
        Setting::Groups => "groups",
        Setting::GroupEnabled => "groups.<group>.enabled",
        Setting::AnyGroupEnabled => "groups.*.enabled",
        Setting::GroupEntryAllowFrom => "groups.<group>.allowFrom",
        Setting::AnyGroupAllowFrom => "groups.*.allowFrom",
        Setting::GroupAllowFrom => "groupAllowFrom",
        Setting::RequireMention => "groups.<group>.requireMention",
        Setting::AnyGroupRequireMention => "groups.*.requireMention",
        Setting::MentionPatterns => "mentionPatterns",
        Setting::Activation => "activation",
        Setting::Approvals => "approvals",
    }
}

#[cfg(test)]
mod tests;
