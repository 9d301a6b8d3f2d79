//! The groups that the accounts are in, as WhatsApp tells them now.

use fased_policy::ids::{GroupId, Identity, Target};
use fased_protocol::control::{ControlError, ControlResponse, ErrorCode, MemberOf};
use fased_protocol::fault::{Fault, FaultCode};
use fased_protocol::sidecar::{Call, Group, Reply};

use super::subjects::Named;
use super::{Live, internal, message_where};
use crate::account::Account;

pub(super) async fn answer(live: &Live, account: Option<&str>) -> Result<ControlResponse, ControlError> {
    let accounts = match account {
        Some(id) => vec![live.account(id).await?],
        None => live.accounts().await?.values().cloned().collect(),
    };
    let mut groups = Vec::new();
    let mut unlisted = 0;
    let mut open = false;
    for account in &accounts {
        let asked = account.shared().link.borrow().clone();
        let Some(link) = asked else { continue };
        open = true;
        let told = link.handle.call(Call::ListGroups).await;
        let (mut found, total) = listed(account, told)?;
        unlisted += u64::from(total).saturating_sub(u64::try_from(found.len()).unwrap_or(0));
        found.sort_by(|one, other| one.jid.0.cmp(&other.jid.0));
        groups.extend(found.into_iter().map(|group| info(account, group)));
    }
    if open {
        return Ok(ControlResponse::DirectoryGroups { groups, unlisted });
    }
    // It names the account's trouble and the way out of it.
    let account = message_where::account(live, account).await?;
    let why = message_where::waits_for(&account).unwrap_or_else(|| "its link was just opened".to_owned());
    Err(ControlError {
        code: ErrorCode::NotReady,
        message: format!(
            "WhatsApp cannot be asked by account {}: {why}",
            account.shared().id()
        ),
        next: "see what was seen of groups so far: fased groups list".to_owned(),
    })
}

/// Is the account in this group, as WhatsApp tells it now? Nothing where it cannot be asked, or tells only some of them.
async fn is_in(account: &Account, group: &GroupId) -> Option<bool> {
    let link = account.shared().link.borrow().clone()?;
    let told = link.handle.call(Call::ListGroups).await;
    let (groups, total) = listed(account, told).ok()?;
    let found = groups.iter().any(|one| one.jid.0 == group.as_str());
    let all = u32::try_from(groups.len()).is_ok_and(|told| told >= total);
    (found || all).then_some(found)
}

/// Refuses a group that the account is not in, where that can be known: none that it saw, and WhatsApp does not name it.
pub(super) async fn reaches(account: &Account, to: &Target) -> Result<(), ControlError> {
    let Target::Group(group) = to else {
        return Ok(());
    };
    let shared = account.shared();
    let id = shared.id();
    let seen = shared
        .store
        .groups(Some(id))
        .await
        .map_err(|error| internal(&error))?;
    if seen
        .iter()
        .any(|row| row.chat == group.as_str() && row.messages > 0)
    {
        return Ok(());
    }
    match is_in(account, group).await {
        Some(true) | None => Ok(()),
        Some(false) => Err(ControlError {
            code: ErrorCode::Refused,
            message: not_in(id, group),
            next: format!("see the groups that it is in: fased directory groups --account {id}"),
        }),
    }
}

/// For whoever would send there.
pub(super) fn not_in(account: &str, group: &GroupId) -> String {
    format!("account {account} is not in the group {group}, so nothing can be sent there")
}

/// What the account's groups are called, where it can be asked.
pub(super) async fn subjects(account: &Account) -> Option<Named> {
    let link = account.shared().link.borrow().clone()?;
    let told = link.handle.call(Call::ListGroups).await;
    let (groups, _) = listed(account, told).ok()?;
    let named = groups
        .into_iter()
        .filter_map(|group| Some((group.jid.0, group.subject?)));
    Some(named.collect())
}

fn listed(account: &Account, told: Result<Reply, Fault>) -> Result<(Vec<Group>, u32), ControlError> {
    let (code, why) = match told {
        Ok(Reply::Groups { groups, total }) => return Ok((groups, total)),
        Ok(
            Reply::Sent
            | Reply::Pong { .. }
            | Reply::Lids { .. }
            | Reply::Canonical { .. }
            | Reply::Media { .. }
            | Reply::Downloaded { .. }
            | Reply::Timelock { .. }
            | Reply::Done,
        ) => (
            ErrorCode::Internal,
            "the sidecar gave another answer than asked for".to_owned(),
        ),
        Err(Fault { code, message }) => (
            match code {
                FaultCode::NotConnected | FaultCode::Overloaded => ErrorCode::NotReady,
                FaultCode::TimedOut => ErrorCode::TimedOut,
                FaultCode::BadRequest
                | FaultCode::Rejected
                | FaultCode::TooLarge
                | FaultCode::Damaged
                | FaultCode::Gone
                | FaultCode::Internal => ErrorCode::Internal,
            },
            message,
        ),
    };
    Err(ControlError {
        code,
        message: format!(
            "WhatsApp did not tell the groups of account {}: {why}",
            account.shared().id()
        ),
        next: "see `fased channels status`, then try again".to_owned(),
    })
}

fn info(account: &Account, group: Group) -> MemberOf {
    let shared = account.shared();
    let own = shared.own();
    let admin = group.members.iter().any(|member| {
        let jid = |jid: &Option<fased_protocol::private::Jid>| jid.as_ref().map(|jid| jid.0.clone());
        let known = Identity::from_jids(
            &jid(&member.phone).unwrap_or_default(),
            jid(&member.lid).as_deref(),
        );
        member.admin && own.matches(&known)
    });
    MemberOf {
        account: shared.id().to_owned(),
        group: group.jid.0,
        subject: group.subject,
        members: group.members.len() as u64,
        announce: group.announce,
        by_lid: group.by_lid,
        admin,
    }
}
