//! Hidden ids of the phones in the allow list, asked for when a link opens: WhatsApp tells the
//! hidden id of a number, never the number of a hidden id, and messages may come under either.

use std::collections::HashSet;
use std::sync::Arc;

use fased_policy::ids::{AllowList, Identity, Phone};
use fased_protocol::private::Jid;
use fased_protocol::sidecar::{Call, Reply};

use super::{Shared, intake};
use crate::clock;
use crate::sidecar::{SidecarHandle, translate};

/// Phones in one question.
const BATCH: usize = 500;

/// Asks for the listed phones whose hidden id is not known yet, and judges again what was held.
pub(super) async fn resolve_listed(shared: Arc<Shared>, handle: SidecarHandle) {
    let mut unknown = Vec::new();
    let config = shared.config();
    let listed: HashSet<&Phone> = config.rules.lists().flat_map(AllowList::phones).collect();
    for phone in listed {
        match is_known(&shared, phone).await {
            Ok(true) => {}
            Ok(false) => unknown.push(Jid(phone.to_jid())),
            Err(error) => tracing::error!(account = shared.id(), "identities cannot be read: {error:#}"),
        }
    }
    for phones in unknown.chunks(BATCH) {
        let pairs = match handle
            .call(Call::ResolveLids {
                phones: phones.to_vec(),
            })
            .await
        {
            Ok(Reply::Lids { pairs }) => translate::lid_pairs(&pairs),
            Ok(Reply::Sent | Reply::Pong { .. } | Reply::Done) => Vec::new(),
            Err(fault) => {
                tracing::warn!(account = shared.id(), code = ?fault.code, "hidden ids were not told: {}", fault.message);
                return;
            }
        };
        let learned = async {
            shared.store.learn_identities(&pairs, clock::now_ms()).await?;
            let lids: Vec<_> = pairs.into_iter().map(|(lid, _)| lid).collect();
            intake::judge_unresolved_again(&shared, &lids).await
        };
        if let Err(error) = learned.await {
            tracing::error!(account = shared.id(), "identities cannot be written: {error:#}");
        }
    }
}

async fn is_known(shared: &Shared, phone: &Phone) -> anyhow::Result<bool> {
    let mut identity = Identity::from(phone.clone());
    shared.store.complete(&mut identity).await?;
    Ok(identity.lid.is_some())
}
