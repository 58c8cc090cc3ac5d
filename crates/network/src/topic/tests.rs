use super::*;

#[test]
fn every_topic_belongs_to_one_lane_and_has_its_own_index() {
    for (index, topic) in Topic::ALL.into_iter().enumerate() {
        assert_eq!(topic.index(), index);
        let carrying = Lane::ALL.into_iter().filter(|lane| lane.topics().any(|carried| carried == topic));
        assert_eq!(carrying.count(), 1);
    }
}

#[test]
fn a_full_message_and_its_envelope_fit_into_a_frame() {
    for topic in Topic::ALL {
        assert!(topic.message_bytes_max() + 2 * limits::ENVELOPE_BYTES_MAX <= limits::FRAME_BYTES_MAX);
    }
}

#[test]
fn names_carry_the_network_id_in_lower_case_hex() {
    let names = Names::new(&[0xab; 32]);
    let id = "ab".repeat(32);
    assert_eq!(names.topic(Topic::Parts).hash().as_str(), format!("/lojal/{id}/parts/1"));
    assert_eq!(names.gossip_protocol(Lane::Votes), format!("/lojal/{id}/gossip/votes/1"));
    assert_eq!(names.request_protocol(Protocol::Blocks), format!("/lojal/{id}/requests/1"));
    assert_eq!(names.request_protocol(Protocol::Data), format!("/lojal/{id}/data/1"));
}

#[test]
fn topics_of_another_network_are_unknown() {
    let (ours, theirs) = (Names::new(&[1; 32]), Names::new(&[2; 32]));
    for topic in Topic::ALL {
        assert_eq!(ours.topic_of(&ours.topic(topic).hash()), Some(topic));
        assert_eq!(ours.topic_of(&theirs.topic(topic).hash()), None);
    }
}
