//! Which handler answers which request.

use fased_protocol::control::{ControlError, ControlRequest, ControlResponse};

use super::*;

pub(super) async fn handle(live: &Live, request: &ControlRequest) -> Result<ControlResponse, ControlError> {
    match request {
        ControlRequest::GatewayStatus => Ok(ControlResponse::Gateway(live.info())),
        ControlRequest::Health => Ok(ControlResponse::Health(live.health())),
        ControlRequest::GatewayStop => {
            live.ending.begin(false);
            Ok(done("the gateway is draining and will end"))
        }
        ControlRequest::GatewayRestart => gateway_restart::answer(live),
        ControlRequest::Dashboard { off } => dashboard::answer(live, *off).await,
        ControlRequest::ConfigReload => config_reload::answer(live).await,
        ControlRequest::ConfigGet { key } => config_get::answer(live.paths(), key.as_deref()),
        ControlRequest::ConfigSet { edits } => config_set::answer(live, edits).await,
        ControlRequest::AgentsList => agents_list::answer(live).await,
        ControlRequest::ChannelsAdd(request) => channels_add::answer(live, request).await,
        ControlRequest::ChannelsList => Ok(ControlResponse::Accounts {
            accounts: live.infos().await?,
            config: Some(live.config()),
        }),
        ControlRequest::ChannelsStatus { account } => channels_status::answer(live, account.as_deref()).await,
        ControlRequest::ChannelsPause { account } => channels_pause::answer(live, account).await,
        ControlRequest::ChannelsResume { account } => channels_resume::answer(live, account).await,
        ControlRequest::ChannelsRestart { account } => channels_restart::answer(live, account).await,
        ControlRequest::ChannelsLogout { account } => channels_logout::answer(live, account).await,
        ControlRequest::PairingList { account, approved } => {
            pairing_list::answer(&live.store, account.as_deref(), *approved).await
        }
        ControlRequest::PairingApprove { account, who, notify } => {
            pairing_approve::answer(live, account.as_deref(), who, *notify).await
        }
        ControlRequest::PairingDeny { account, who } => {
            pairing_deny::answer(live, account.as_deref(), who).await
        }
        ControlRequest::PairingRevoke { account, sender } => {
            pairing_revoke::answer(live, account.as_deref(), sender).await
        }
        ControlRequest::GroupsList { account } => {
            let configs = live.configs(account.as_deref()).await?;
            groups_list::answer(Some(&live.store), &configs).await
        }
        ControlRequest::GroupsActivation {
            account,
            group,
            activation,
        } => groups_activation::answer(live, account.as_deref(), group, *activation).await,
        ControlRequest::GroupsAllow {
            account,
            group,
            require_mention,
        } => groups_allow::answer(live, account.as_deref(), group, *require_mention).await,
        ControlRequest::GroupsBlock { account, group } => {
            groups_block::answer(live, account.as_deref(), group).await
        }
        ControlRequest::VerdictsList(request) => {
            let accounts = live.accounts().await?;
            verdicts_list::answer(Some(&live.store), |id| accounts.contains_key(id), request).await
        }
        ControlRequest::ChatsList(request) => {
            let subjects = subjects::of(live, request.account.as_deref()).await?;
            chats_list::answer(Some(&live.store), &live.linked().await?, request, &subjects).await
        }
        ControlRequest::MessagesList(request) => {
            messages_list::answer(Some(&live.store), &live.linked().await?, request).await
        }
        ControlRequest::LogsTail { lines, level } => {
            logs_tail::answer(live.paths(), *lines, level.as_deref()).await
        }
        ControlRequest::Status => {
            let accounts = live.infos().await?;
            let running = (live.info(), live.config());
            status::answer(&live.store, Some(running), live.judge(&accounts), accounts).await
        }
        ControlRequest::Doctor => doctor::answer(live).await,
        ControlRequest::Explain { message_id } => {
            explain::answer(&live.store, &Ok(live.linked().await?), message_id).await
        }
        ControlRequest::ExplainSender {
            sender,
            group,
            account,
        } => {
            explain_sender::answer(
                Some(&live.store),
                &live.linked().await?,
                sender,
                group.as_deref(),
                account.as_deref(),
            )
            .await
        }
        ControlRequest::MessageSend(request) => message_send::answer(live, request).await,
        ControlRequest::MessageReact {
            to,
            message_id,
            emoji,
            for_agent,
        } => message_react::answer(live, to, message_id, &emoji.0, for_agent.as_ref()).await,
        ControlRequest::MessagePoll {
            to,
            question,
            options,
            selectable,
        } => message_poll::answer(live, to, question, options, *selectable).await,
        ControlRequest::MessageEdit {
            to,
            message_id,
            text,
            raw,
        } => message_edit::answer(live, to, message_id, &text.0, *raw).await,
        ControlRequest::MessageDelete { to, message_id } => {
            message_delete::answer(live, to, message_id).await
        }
        ControlRequest::MessageStatus { message_ids } => {
            message_status::answer(&live.store, message_ids).await
        }
        ControlRequest::DirectorySelf { account } => {
            let configs = live.configs(account.as_deref()).await?;
            let mut accounts = live.infos().await?;
            accounts.retain(|info| account.as_ref().is_none_or(|id| *id == info.account));
            let named = |id: &str| configs.iter().find(|config| config.id.as_str() == id);
            Ok(directory_self::answer(accounts, |id| named(id)?.name.clone()))
        }
        ControlRequest::DirectoryGroups { account } => {
            directory_groups::answer(live, account.as_deref()).await
        }
        ControlRequest::OutboxList {
            account,
            state,
            chat,
            limit,
            text,
        } => {
            if let Some(id) = account {
                live.account(id).await?;
            }
            let asked = outbox_list::Asked {
                account: account.as_deref(),
                state: state.as_deref(),
                chat: chat.as_ref().map(|chat| chat.0.as_str()),
                limit: *limit,
                text: *text,
            };
            outbox_list::answer(&live.store, asked).await
        }
        ControlRequest::OutboxCancel { account, message_ids } => {
            outbox_cancel::answer(live, account.as_deref(), message_ids).await
        }
        ControlRequest::OutboxRetry { account, message_ids } => {
            outbox_retry::answer(live, account.as_deref(), message_ids).await
        }
        ControlRequest::ClockAdvance { ms } => clock_advance::answer(*ms),
        ControlRequest::TasksList {
            account,
            chat,
            all,
            limit,
            for_agent,
        } => {
            if let Some(id) = account {
                live.account(id).await?;
            }
            let configs = live.configs(None).await?;
            let agents = configs.first().map(|config| config.agents.as_ref());
            let asked = tasks_list::Asked {
                account: account.as_deref(),
                chat: chat.as_ref().map(|chat| chat.0.as_str()),
                all: *all,
                limit: *limit,
                agent: agent_reach::named(agents, for_agent.as_ref())?,
                for_agent: for_agent.as_ref(),
            };
            tasks_list::answer(&live.store, &live.desk().await?, &live.linked().await?, asked).await
        }
        ControlRequest::TasksShow { id } => tasks_show::answer(&live.desk().await?, id).await,
        ControlRequest::TasksNew(request) => tasks_new::answer(live, request).await,
        ControlRequest::TasksRun { id } => tasks_run::answer(live, id).await,
        ControlRequest::TasksRuns { id, limit } => tasks_runs::answer(&live.desk().await?, id, *limit).await,
        ControlRequest::TasksLast { id } => tasks_last::answer(&live.desk().await?, id).await,
        ControlRequest::TasksPause { id } => tasks_pause::answer(live, id).await,
        ControlRequest::TasksResume { id } => tasks_resume::answer(live, id).await,
        ControlRequest::TasksEdit { id, edit } => tasks_edit::answer(live, id, edit).await,
        ControlRequest::TasksCancel { id } => tasks_cancel::answer(live, id).await,
        ControlRequest::TasksCancelRun { run } => tasks_cancel_run::answer(live, *run).await,
        ControlRequest::Watch | ControlRequest::ChannelsLogin { .. } => {
            Err(internal(&anyhow::anyhow!("this request is answered by a stream")))
        }
    }
}
