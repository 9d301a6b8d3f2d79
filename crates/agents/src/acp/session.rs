//! One conversation: a process with a session in it, from the first turn to the end.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::link::{self, Link};
use super::pool::{Place, Turn};
use super::start::{self, SAYS_NOTHING, Session, Trouble, When};
use super::turn;
use crate::{AcpSettings, Done, Events, Failure, Request, secrets};

/// Takes turns until nobody has talked to it for long enough, or it is to end. The process is gone when this is over.
pub(super) async fn live(
    settings: Arc<AcpSettings>,
    mut turns: mpsc::Receiver<Box<Turn>>,
    place: Place,
    settled: CancellationToken,
) {
    let mut conversation = Conversation::default();
    tokio::select! {
        () = conversation.go_on(&settings, &mut turns, &place) => {}
        () = place.is_to_end() => {}
        () = settled.cancelled() => {}
    }
    place.ending();
    if let Some(link) = conversation.link {
        link.leave().await;
    }
}

#[derive(Default)]
struct Conversation {
    link: Option<Link>,
    session: Option<Session>,
}

impl Conversation {
    async fn go_on(&mut self, settings: &AcpSettings, turns: &mut mpsc::Receiver<Box<Turn>>, place: &Place) {
        while let Some(turn) = self.next(settings, turns, place).await {
            let Turn {
                request,
                events,
                mut done,
            } = *turn;
            let outcome = {
                let taken = self.take(settings, &request, &events, &mut done).await;
                match taken {
                    Ok(done) => Ok(done),
                    Err(trouble) => Err(self.failure(trouble).await),
                }
            };
            // Whoever listens waits for the end of this.
            drop(events);
            done.send(outcome).ok();
            place.idle();
        }
    }

    /// The next turn, if there is one before its time is over.
    async fn next(
        &mut self,
        settings: &AcpSettings,
        turns: &mut mpsc::Receiver<Box<Turn>>,
        place: &Place,
    ) -> Option<Box<Turn>> {
        if let Some(link) = &mut self.link {
            let lost = tokio::select! {
                biased;
                turn = turns.recv() => return turn,
                lost = timeout(settings.idle, link.lost()) => lost.is_ok(),
            };
            if lost {
                let failure = self.failure(Trouble::Lost(When::AtWork)).await;
                tracing::info!(why = failure.code(), "an agent ended between two turns");
            }
        }
        if place.retire() { None } else { turns.recv().await }
    }

    /// Takes a turn, starting what there is not.
    async fn take(
        &mut self,
        settings: &AcpSettings,
        request: &Request,
        events: &Events,
        done: &mut oneshot::Sender<Result<Done, Failure>>,
    ) -> Result<Done, Trouble> {
        if self.session.is_none() {
            tokio::select! {
                started = self.start_or_begin_anew(settings, request) => started?,
                () = done.closed() => return Err(Trouble::Useless(Failure::Cancelled)),
            }
        }
        let (Some(link), Some(session)) = (&mut self.link, &mut self.session) else {
            return Err(Trouble::Lost(When::AtWork));
        };
        let argv = &settings.program.argv;
        let turn = turn::Turn::new((link, session), request, events, done, argv);
        turn.go().await
    }

    /// Starts it. One that ends when it is to take the conversation up again would do so each time, so another begins one.
    async fn start_or_begin_anew(
        &mut self,
        settings: &AcpSettings,
        request: &Request,
    ) -> Result<(), Trouble> {
        let started = self.start(settings, request, request.resume.as_deref()).await;
        let Err(Trouble::Lost(When::TakingUp)) = started else {
            return started;
        };
        let failure = self.failure(Trouble::Lost(When::TakingUp)).await;
        tracing::info!(
            why = failure.code(),
            "an agent ended when it was to take up a conversation again, and another begins a new one"
        );
        self.start(settings, request, None).await
    }

    async fn start(
        &mut self,
        settings: &AcpSettings,
        request: &Request,
        resume: Option<&str>,
    ) -> Result<(), Trouble> {
        let work = link::work(settings).map_err(Trouble::Refused)?;
        let opened = Link::open(settings, &work, request)
            .await
            .map_err(Trouble::Refused)?;
        let link = self.link.insert(opened);
        match start::start(link, settings, &work, resume).await {
            Ok(session) => {
                self.session = Some(session);
                Ok(())
            }
            Err(Trouble::Useless(failure)) => Err(Trouble::Useless(secrets::without(failure, None, request))),
            Err(trouble) => Err(trouble),
        }
    }

    /// What is told of trouble. A process that is of no use any more is ended before.
    async fn failure(&mut self, trouble: Trouble) -> Failure {
        let link = match trouble {
            Trouble::Refused(_) => None,
            Trouble::Useless(_) | Trouble::Lost(_) => {
                self.session = None;
                self.link.take()
            }
        };
        match (trouble, link) {
            (Trouble::Refused(failure) | Trouble::Useless(failure), None) => failure,
            (Trouble::Refused(failure) | Trouble::Useless(failure), Some(link)) => {
                let stderr = link.stop().await;
                failure.beside(stderr)
            }
            (Trouble::Lost(when), Some(link)) => {
                let mut failure = link.why().await;
                if let Failure::Exited { status, .. } = &mut failure
                    && when == When::BeforeAWord
                {
                    *status = format!("{status} ({SAYS_NOTHING})");
                }
                failure
            }
            (Trouble::Lost(_), None) => Failure::CutOff("it is gone".to_owned()),
        }
    }
}
