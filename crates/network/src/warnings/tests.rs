use std::time::Duration;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_first_time_is_told_at_once_and_the_others_together_after_a_minute() {
    let mut warnings = Warnings::default();
    assert_eq!(warnings.count(1, "noise"), Some(1));
    for _ in 0..1_000 {
        assert_eq!(warnings.count(1, "noise"), None);
    }
    tokio::time::advance(WARNING_INTERVAL - Duration::from_millis(1)).await;
    assert_eq!(warnings.count(1, "noise"), None);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(warnings.count(1, "noise"), Some(1_002));
    assert_eq!(warnings.count(1, "noise"), None);
}

#[tokio::test(start_paused = true)]
async fn subjects_and_matters_have_lines_of_their_own() {
    let mut warnings = Warnings::default();
    assert_eq!(warnings.count(1, "noise"), Some(1));
    assert_eq!(warnings.count(2, "noise"), Some(1));
    assert_eq!(warnings.count(1, "dirt"), Some(1));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_subjects_is_bounded_until_older_ones_are_over() {
    let mut warnings = Warnings::default();
    for subject in 0..WARNINGS_MAX {
        assert_eq!(warnings.count(subject, "noise"), Some(1));
    }
    assert_eq!(warnings.count(WARNINGS_MAX, "noise"), None);
    tokio::time::advance(WARNING_INTERVAL).await;
    assert_eq!(warnings.count(WARNINGS_MAX, "noise"), Some(1));
}
