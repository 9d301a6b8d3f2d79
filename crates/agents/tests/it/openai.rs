//! Answers of a model's server, as servers give them.

use std::time::Duration;

use fased_agents::Failure;
use serde_json::{Value, json};

use crate::stub::{
    Reply, Step, Stub, document, event, finish, saying, stream_end, stream_head, streamed, words,
};
use crate::turn::{Turn, question, turn};

async fn heard(reply: Reply) -> Turn {
    let stub = Stub::new([reply]).await;
    turn(&stub.settings(), &question("Hello?")).await
}

fn detail(turn: &Turn) -> Value {
    let done = turn.ended.as_ref().expect("it was to end well");
    serde_json::from_str(done.detail.as_deref().expect("it has a detail")).expect("which is JSON")
}

#[tokio::test]
async fn words_come_as_they_are_made() {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11, "x": {}}});
    let turn = heard(streamed([
        words("Good "),
        words("day."),
        finish("stop"),
        event(usage),
    ]))
    .await;
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11});
    assert_eq!(
        detail(&turn),
        json!({"model": "small-1", "finish": "stop", "usage": usage})
    );
    assert_eq!(turn.said(), "Good day.");
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    let dribble =
        "data: {\"choices\":[{\"delta\":{\"content\":\"grüße, 你好 👩‍👧\"}}]}\r\n\r\n: still here\n\n";
    let bytes = dribble
        .bytes()
        .flat_map(|byte| [Step::Chunk(vec![byte]), Step::Pause(Duration::from_millis(3))]);
    let turn = heard(streamed(bytes.chain([finish("stop")]))).await;
    assert_eq!(turn.said(), "grüße, 你好 👩‍👧");
}

#[tokio::test]
async fn reasoning_is_not_for_others() {
    let aside = |name: &str| event(json!({"choices": [{"delta": {name: "secret", "content": null}}]}));
    let turn = heard(streamed([
        aside("reasoning_content"),
        aside("reasoning"),
        words("\n<thi"),
        words("nk>secret</"),
        words("think>\n\nYes"),
        words("."),
        finish("stop"),
    ]));
    assert_eq!(turn.await.said(), "Yes.");

    let only = heard(streamed([words("<think>secret"), finish("length")]))
        .await
        .failure();
    assert_eq!(
        only,
        Failure::BadAnswer("it only reasoned and said nothing".to_owned())
    );

    let unmarked = heard(saying("secret\n</think>\nYes.")).await.failure();
    assert!(
        matches!(&unmarked, Failure::BadAnswer(why) if why.contains("--reasoning-parser")),
        "{unmarked:?}"
    );
}

#[tokio::test]
async fn an_answer_in_one_piece_is_understood() {
    let body = json!({
        "model": "small-2",
        "choices": [{"message": {"role": "assistant", "content": "<think>hm</think>Yes."}, "finish_reason": "stop"}],
        "usage": {"total_tokens": 3},
    });
    let turn = heard(document(200, "", &body.to_string())).await;
    assert_eq!(
        detail(&turn),
        json!({"model": "small-2", "finish": "stop", "usage": {"total_tokens": 3}})
    );
    assert_eq!(turn.said(), "Yes.");
}

#[tokio::test]
async fn the_end_may_be_said_in_either_way() {
    let without_done = vec![stream_head(), words("Yes."), finish("stop"), stream_end()];
    assert_eq!(heard(without_done).await.said(), "Yes.");
    assert_eq!(heard(streamed([words("Yes.")])).await.said(), "Yes.");
    let kept_open = vec![stream_head(), words("Yes."), finish("stop"), Step::Hang];
    assert_eq!(heard(kept_open).await.said(), "Yes.");
}

#[tokio::test]
async fn why_it_ended_is_kept() {
    let turn = heard(streamed([words("Once upon a"), finish("length")])).await;
    assert_eq!(detail(&turn)["finish"], "length");
    assert_eq!(detail(&turn)["cut_short"], "its tokens were used up");
    let done = turn.ended.as_ref().expect("it is an answer all the same");
    assert_eq!(done.cut_short.as_deref(), Some("its tokens were used up"));
    assert_eq!(turn.said(), "Once upon a");
}

#[tokio::test]
async fn no_words_are_a_failure_with_a_reason() {
    let aside = event(json!({"choices": [{"delta": {"reasoning_content": "secret", "content": null}}]}));
    let beside =
        json!({"choices": [{"message": {"reasoning": "secret", "content": null}, "finish_reason": "stop"}]});
    let call =
        json!({"choices": [{"delta": {"content": null, "tool_calls": [{"function": {"name": "secret"}}]}}]});
    for (events, why) in [
        (vec![event(call), finish("tool_calls")], "tools"),
        (vec![finish("content_filter")], "content filter"),
        (vec![finish("length")], "used up"),
        (vec![aside, finish("stop")], "only reasoned"),
        (
            vec![words("<think>secret</think>\n"), finish("stop")],
            "only reasoned",
        ),
        (vec![words("<think>secret</think>")], "only reasoned"),
        (vec![event(beside)], "only reasoned"),
        (vec![words(" \n"), finish("stop")], "it is empty"),
        (vec![finish("stop")], "it is empty"),
    ] {
        let failure = heard(streamed(events)).await.failure();
        let Failure::BadAnswer(said) = failure else {
            panic!("{failure:?}");
        };
        assert!(said.contains(why) && !said.contains("secret"), "{said}");
    }
}
