use proptest::prelude::*;
use rstest::rstest;

use super::BackoffSettings;

#[rstest]
#[case::first(0, 2_000)]
#[case::second(1, 3_600)]
#[case::third(2, 6_480)]
#[case::fourth(3, 11_664)]
#[case::fifth(4, 20_995)]
#[case::at_the_cap(5, 30_000)]
#[case::far_beyond(1_000_000, 30_000)]
#[case::at_the_end_of_counting(u32::MAX, 30_000)]
fn waits_grow_to_the_cap(#[case] failures: u32, #[case] expected_ms: u64) {
    assert_eq!(BackoffSettings::default().delay_ms(failures, 0.5), expected_ms);
}

#[rstest]
#[case::low(0.0, 1_500)]
#[case::high(1.0, 2_500)]
#[case::below(-1.0, 1_500)]
#[case::above(7.0, 2_500)]
#[case::not_a_number(f64::NAN, 2_000)]
fn the_spread_is_a_quarter(#[case] jitter: f64, #[case] expected_ms: u64) {
    assert_eq!(BackoffSettings::default().delay_ms(0, jitter), expected_ms);
}

proptest! {
    #[test]
    fn waits_are_bounded_and_never_shrink(failures in any::<u32>(), jitter in 0.0..=1.0_f64) {
        let settings = BackoffSettings::default();
        let delay = settings.delay_ms(failures, jitter);
        prop_assert!((1_500..=37_500).contains(&delay));
        prop_assert!(settings.delay_ms(failures.saturating_add(1), jitter) >= delay);
    }
}
