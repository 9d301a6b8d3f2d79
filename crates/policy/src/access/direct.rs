//! Rows 3 to 12 of the table: direct messages, the chat with oneself among them.

use super::{DmPolicy, Facts, Mode, Reason, Rule, Rules, Setting, Tracer, Verdict};
use crate::ids::ChatId;

pub(super) fn judge(facts: &Facts<'_>, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    let in_self_chat = match facts.chat {
        ChatId::SelfChat => true,
        ChatId::Direct(_) | ChatId::Group(_) | ChatId::NotAConversation(_) => false,
    };
    if facts.from_me && facts.own_echo {
        return Verdict::drop(Reason::OwnEcho, Rule::DM_OWN_ECHO);
    }
    trace.tried(
        Rule::DM_OWN_ECHO,
        None,
        "it is none of the gateway's own messages",
    );
    if facts.from_me && !in_self_chat {
        // On a personal number the owner and the account are one, and who asks for a choice may be in anybody's chat.
        let is_heard = rules.mode == Mode::Personal && rules.dm_policy != DmPolicy::Disabled;
        if is_heard && facts.permission_answer(rules).is_some() {
            return Verdict::admit(Reason::PermissionAnswer, Rule::DM_OWN_OUTGOING).by(Setting::Owners);
        }
        return Verdict::drop(Reason::OwnOutgoing, Rule::DM_OWN_OUTGOING);
    }
    trace.tried(
        Rule::DM_OWN_OUTGOING,
        None,
        "the linked number did not write it to somebody else",
    );
    if rules.dm_policy == DmPolicy::Disabled {
        return Verdict::drop(Reason::DmDisabled, Rule::DM_DISABLED).by(Setting::DmPolicy);
    }
    trace.tried(
        Rule::DM_DISABLED,
        Some(Setting::DmPolicy),
        "direct messages are on",
    );
    if in_self_chat {
        let mode = Setting::SelfChatMode;
        return if rules.self_chat_mode {
            Verdict::admit(Reason::SelfChat, Rule::DM_SELF_CHAT).by(mode)
        } else {
            Verdict::drop(Reason::SelfChatOff, Rule::DM_SELF_CHAT).by(mode)
        };
    }
    trace.tried(Rule::DM_SELF_CHAT, None, "it is not the chat with oneself");
    if facts.sender.is_empty() {
        return Verdict::drop(Reason::NoSender, Rule::NONE);
    }
    judge_person(facts, rules, trace)
}

/// Rows 7 to 12: a direct message of somebody else.
fn judge_person(facts: &Facts<'_>, rules: &Rules, trace: &mut impl Tracer) -> Verdict {
    let (approvals_count, by) = match rules.dm_policy {
        DmPolicy::Disabled => {
            return Verdict::drop(Reason::DmDisabled, Rule::DM_DISABLED).by(Setting::DmPolicy);
        }
        DmPolicy::Open => return Verdict::admit(Reason::DmOpen, Rule::DM_OPEN).by(Setting::DmPolicy),
        DmPolicy::Pairing => (true, Setting::Approvals),
        DmPolicy::Allowlist => (rules.honour_pairings_in_allowlist, Setting::HonourPairings),
    };
    trace.tried(
        Rule::DM_OPEN,
        Some(Setting::DmPolicy),
        "direct messages are not open to everyone",
    );
    if rules.allow_from.admits(facts.sender) {
        return Verdict::admit(Reason::DmListed, Rule::DM_LISTED).by(Setting::AllowFrom);
    }
    trace.tried(
        Rule::DM_LISTED,
        Some(Setting::AllowFrom),
        "the sender is not on the list",
    );
    if facts.paired && approvals_count {
        return Verdict::admit(Reason::DmPaired, Rule::DM_PAIRED).by(Setting::Approvals);
    }
    let found = if facts.paired {
        "the sender was approved, which does not count under this policy"
    } else {
        "the sender was not approved"
    };
    trace.tried(Rule::DM_PAIRED, Some(by), found);
    if rules.dm_policy == DmPolicy::Pairing {
        return Verdict::hold(Reason::PairingRequired, Rule::DM_PAIRING).by(Setting::DmPolicy);
    }
    if is_unresolved(facts, rules.allow_from.has_phones()) {
        return Verdict::hold(Reason::UnresolvedIdentity, Rule::DM_UNRESOLVED).by(Setting::AllowFrom);
    }
    trace.tried(
        Rule::DM_UNRESOLVED,
        None,
        "no entry of the list can turn out to be the sender",
    );
    trace.tried(
        Rule::DM_PAIRING,
        Some(Setting::DmPolicy),
        "strangers are not asked to pair",
    );
    Verdict::drop(Reason::NotInAllowlist, Rule::DM_NOT_LISTED).by(Setting::AllowFrom)
}

/// May an entry of the list turn out to be this sender, once WhatsApp tells more?
pub(super) fn is_unresolved(facts: &Facts<'_>, list_has_phones: bool) -> bool {
    list_has_phones && (facts.sender.phone.is_none() || facts.identity_pending)
}
