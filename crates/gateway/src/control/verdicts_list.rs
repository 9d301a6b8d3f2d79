//! What was decided, newest first, page by page. No text of any message is told.

use fased_policy::access::{Outcome, Reason};
use fased_policy::ids::Identity;
use fased_protocol::control::{
    ControlError, ControlResponse, ErrorCode, MAX_VERDICTS, VerdictInfo, VerdictsRequest,
};

use super::internal;
use crate::explain::sentence;
use crate::nearest::nearest;
use crate::store::{Store, VerdictFilter, VerdictRow};

/// Without a store nothing was decided yet. An account that is no longer in the config still has its verdicts; one that
/// never was has none to be asked for.
pub(crate) async fn answer(
    store: Option<&Store>,
    is_configured: impl Fn(&str) -> bool,
    request: &VerdictsRequest,
) -> Result<ControlResponse, ControlError> {
    let filter = filter(request)?;
    let failed = |error| internal(&error);
    if let Some(id) = filter.account.as_deref().filter(|id| !is_configured(id)) {
        let ran = match store {
            Some(store) => store.account(id).await.map_err(failed)?.is_some(),
            None => false,
        };
        if !ran {
            return Err(ControlError {
                code: ErrorCode::NotFound,
                message: format!("there is no account {id}, and none of that id ever ran here"),
                next: "list the accounts: fased channels list".to_owned(),
            });
        }
    }
    let Some(store) = store else {
        return Ok(ControlResponse::Verdicts {
            verdicts: Vec::new(),
            more: false,
        });
    };
    let (rows, more) = store.verdicts(&filter).await.map_err(failed)?;
    let verdicts = infos(store, rows).await.map_err(failed)?;
    Ok(ControlResponse::Verdicts { verdicts, more })
}

fn filter(request: &VerdictsRequest) -> Result<VerdictFilter, ControlError> {
    let VerdictsRequest {
        account,
        outcome,
        reason,
        before,
        limit,
    } = request;
    let usage = |message: String, next: String| ControlError {
        code: ErrorCode::Usage,
        message,
        next,
    };
    if *limit == 0 || *limit > MAX_VERDICTS {
        let message = format!("{limit} verdicts cannot be told at once");
        return Err(usage(
            message,
            format!("ask for 1 to {MAX_VERDICTS}; the next page begins before the last one"),
        ));
    }
    if let Some(word) = outcome.as_deref().filter(|word| Outcome::parse(word).is_none()) {
        let words = Outcome::ALL.map(Outcome::as_str).join(", ");
        return Err(usage(
            format!("{word:?} is no outcome"),
            format!("use one of: {words}"),
        ));
    }
    if let Some(word) = reason.as_deref().filter(|word| Reason::parse(word).is_none()) {
        let words = Reason::ALL.map(Reason::as_str);
        let next = match nearest(word, words) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("use one of: {}", words.join(", ")),
        };
        return Err(usage(format!("{word:?} is no reason"), next));
    }
    Ok(VerdictFilter {
        account: account.clone(),
        outcome: outcome.clone(),
        reason: reason.clone(),
        before: *before,
        limit: i64::from(*limit),
    })
}

/// People as they are known: by number where it is known by now.
async fn infos(store: &Store, rows: Vec<VerdictRow>) -> anyhow::Result<Vec<VerdictInfo>> {
    let addresses = rows.iter().flat_map(|row| {
        [
            (row.chat.as_str(), row.chat_alt.as_deref()),
            (row.sender.as_str(), row.sender_alt.as_deref()),
        ]
    });
    let mut people: Vec<Identity> = addresses
        .map(|(jid, alt)| Identity::from_jids(jid, alt))
        .collect();
    store.complete_all(&mut people).await?;
    let label = |person: Option<&Identity>, jid: String| match person {
        Some(person) if !person.is_empty() => person.label(),
        Some(_) | None => jid,
    };
    Ok(rows
        .into_iter()
        .zip(people.chunks(2))
        .map(|(row, people)| VerdictInfo {
            seq: row.seq,
            at_ms: row.decided_ms,
            account: row.account,
            message_id: row.message_id,
            chat: label(people.first(), row.chat),
            sender: label(people.get(1), row.sender),
            content: row.content,
            outcome: row.outcome,
            sentence: sentence(&row.reason).unwrap_or_default().to_owned(),
            reason: row.reason,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> VerdictsRequest {
        VerdictsRequest {
            limit: 10,
            ..VerdictsRequest::default()
        }
    }

    #[tokio::test]
    async fn before_there_is_a_store_nothing_was_decided() {
        let nothing = ControlResponse::Verdicts {
            verdicts: Vec::new(),
            more: false,
        };
        assert_eq!(answer(None, |_| false, &asked()).await, Ok(nothing.clone()));
        let of_work = VerdictsRequest {
            account: Some("work".to_owned()),
            ..asked()
        };
        assert_eq!(answer(None, |id| id == "work", &of_work).await, Ok(nothing));
        let error = answer(None, |_| false, &of_work).await.expect_err("no account");
        assert_eq!(error.code, ErrorCode::NotFound);
    }

    #[test]
    fn words_and_bounds_that_cannot_be_are_refused_with_what_can() {
        let wrong = |request: VerdictsRequest| filter(&request).expect_err("wrong");
        for limit in [0, MAX_VERDICTS + 1] {
            assert_eq!(wrong(VerdictsRequest { limit, ..asked() }).code, ErrorCode::Usage);
        }
        let outcome = Some("admitted".to_owned());
        assert!(
            wrong(VerdictsRequest { outcome, ..asked() })
                .next
                .contains("admit, drop")
        );
        let reason = Some("pairing_require".to_owned());
        assert!(
            wrong(VerdictsRequest { reason, ..asked() })
                .next
                .contains("pairing_required")
        );
        let reason = Some("because".to_owned());
        assert!(
            wrong(VerdictsRequest { reason, ..asked() })
                .next
                .contains("dm_listed")
        );
        assert!(filter(&asked()).is_ok());
    }
}
