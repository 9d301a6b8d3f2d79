use rstest::rstest;

use super::*;

#[rstest]
#[case::none(None, None, "every 1m")]
#[case::runs(Some(3), None, "every 1m, 3 times")]
#[case::one_run(Some(1), None, "every 1m, once")]
#[case::two_runs(Some(2), None, "every 1m, twice")]
#[case::a_success(None, Some(1), "every 1m, until it went well once")]
#[case::successes(None, Some(3), "every 1m, until it went well 3 times")]
#[case::both(Some(5), Some(1), "every 1m, 5 times, until it went well once")]
fn limits_are_told(#[case] max_runs: Option<u32>, #[case] max_successes: Option<u32>, #[case] told: &str) {
    let limits = Limits {
        max_runs,
        max_successes,
    };
    assert_eq!(limits.after("every 1m"), told);
}
