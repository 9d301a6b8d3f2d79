//! Keeps what the owner chooses for a group; it wins over the config.

use fased_policy::access::Activation;
use fased_policy::ids::GroupId;
use fased_protocol::control::{ActivationChoice, ControlError, ControlResponse, ErrorCode};

use super::{Live, done, groups_list, internal};
use crate::account::Account;
use crate::clock;
use crate::session::chosen;

pub(super) async fn answer(
    live: &Live,
    account: Option<&str>,
    group: &str,
    choice: ActivationChoice,
) -> Result<ControlResponse, ControlError> {
    let group = GroupId::parse(group.trim()).map_err(|error| ControlError {
        code: ErrorCode::Usage,
        message: format!("{group} is no group: {error}"),
        next: "list the groups that are known: fased groups list".to_owned(),
    })?;
    let account = match account {
        Some(id) => live.account(id).await?,
        None => the_one_that_knows(live, &group).await?,
    };
    let config = account.shared().config();
    let id = config.id.as_str();
    let activation = match choice {
        ActivationChoice::Mention => Some(Activation::Mention),
        ActivationChoice::Always => Some(Activation::Always),
        ActivationChoice::Default => None,
    };
    live.store
        .set_activation(id, &group, activation, clock::now_ms())
        .await
        .map_err(|error| internal(&error))?;
    let rows = live
        .store
        .groups(Some(id))
        .await
        .map_err(|error| internal(&error))?;
    let row = rows.iter().find(|row| row.chat == group.as_str());
    let chosen = chosen::agent_of_group(&live.store, &config, &group)
        .await
        .map_err(|error| internal(&error))?;
    let info = groups_list::info(&config, &group, row, chosen);
    let what = Activation::parse(&info.mode)
        .unwrap_or(Activation::Mention)
        .sentence();
    let but = match (info.listed, info.enabled, info.messages) {
        (false, _, _) => "; but the group is in no list of groups, so nothing is heard there",
        (true, false, _) => "; but the config switches the group off, so nothing is heard there",
        (true, true, 0) => "; no message of this group was seen yet",
        (true, true, _) => "",
    };
    Ok(done(&format!("account {id} {what} in {}{but}", group.as_str())))
}

/// The account that is meant when none is named.
async fn the_one_that_knows(live: &Live, group: &GroupId) -> Result<Account, ControlError> {
    let accounts = live.accounts().await?;
    let seen = live.store.groups(None).await.map_err(|error| internal(&error))?;
    let knows = |account: &&Account| {
        let config = account.shared().config();
        config.rules.groups.listed.contains_key(group)
            || seen
                .iter()
                .any(|row| row.account == config.id.as_str() && row.chat == group.as_str())
    };
    let mut found: Vec<&Account> = accounts.values().filter(knows).collect();
    if found.is_empty() {
        found = accounts.values().collect();
    }
    if let [only] = found.as_slice() {
        return Ok((*only).clone());
    }
    let ids: Vec<&str> = found.iter().map(|account| account.shared().id()).collect();
    Err(ControlError {
        code: ErrorCode::Usage,
        message: format!(
            "{} may be meant for more than one account: {}",
            group.as_str(),
            ids.join(", ")
        ),
        next: "name one of them: --account ID".to_owned(),
    })
}
