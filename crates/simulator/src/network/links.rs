//! The links between validators, and what is wrong with them.

use lojal_network::Topic;

use lojal_random::Random;

/// Something wrong with links, for as long as it is in place.
#[derive(Clone, Debug)]
pub struct LinkFault {
    /// Tells it apart from others.
    pub number: usize,
    /// The kind of the fault.
    pub kind: LinkFaultKind,
}

/// The kinds of fault of links.
#[derive(Clone, Debug)]
pub enum LinkFaultKind {
    /// Extra time in milliseconds, for the links of one validator or for all.
    Delay { node: Option<usize>, min_ms: u64, max_ms: u64 },
    /// Some messages of a thousand are lost; those of one topic or of all.
    Loss { topic: Option<Topic>, permille: u64 },
    /// Some messages of a thousand arrive twice.
    Duplication { permille: u64 },
    /// Some messages of a thousand are overtaken by later ones.
    Reordering { permille: u64, max_ms: u64 },
    /// Nothing passes between the group and everybody else.
    Partition { group: Vec<usize> },
    /// Nothing passes in one direction.
    OneWay { from: usize, to: usize },
}

/// Streams on a link whose order is kept: votes, parts, transactions, requests.
const STREAMS: usize = 4;

pub(super) struct Links {
    count: usize,
    /// By pair in either order, the lower number first.
    connected: Vec<bool>,
    /// The number of times that the pair's state has changed.
    changes: Vec<u64>,
    base_us: Vec<u64>,
    /// The time at which the last message of each stream arrives, so that none overtakes it.
    last_us: Vec<[u64; STREAMS]>,
    faults: Vec<LinkFault>,
}

impl Links {
    pub(super) fn new(count: usize, random: &mut Random) -> Self {
        let links = count * count;
        Self {
            count,
            connected: vec![false; links],
            changes: vec![0; links],
            base_us: (0..links).map(|_| random.between(500..=20_000)).collect(),
            last_us: vec![[0; STREAMS]; links],
            faults: Vec::new(),
        }
    }

    pub(super) fn are_connected(&self, one: usize, other: usize) -> bool {
        self.connected[self.pair(one, other)]
    }

    pub(super) fn connect(&mut self, one: usize, other: usize) {
        let pair = self.pair(one, other);
        self.connected[pair] = true;
        self.changes[pair] += 1;
        // A new connection has new streams.
        for link in [one * self.count + other, other * self.count + one] {
            self.last_us[link] = [0; STREAMS];
        }
    }

    /// False if they were not connected.
    pub(super) fn disconnect(&mut self, one: usize, other: usize) -> bool {
        let pair = self.pair(one, other);
        self.changes[pair] += 1;
        std::mem::take(&mut self.connected[pair])
    }

    pub(super) fn add(&mut self, fault: LinkFault) {
        self.faults.push(fault);
    }

    pub(super) fn remove(&mut self, number: usize) {
        self.faults.retain(|fault| fault.number != number);
        for one in 0..self.count {
            for other in one + 1..self.count {
                let pair = self.pair(one, other);
                if !self.is_cut(one, other) && !self.is_cut(other, one) {
                    self.changes[pair] += 1;
                }
            }
        }
    }

    /// True if nothing passes in this direction.
    pub(super) fn is_cut(&self, from: usize, to: usize) -> bool {
        self.faults.iter().any(|fault| match &fault.kind {
            LinkFaultKind::Partition { group } => group.contains(&from) != group.contains(&to),
            LinkFaultKind::OneWay { from: silent, to: deaf } => (*silent, *deaf) == (from, to),
            _ => false,
        })
    }

    /// The connected pairs over which not everything passes, with the number of their last change.
    pub(super) fn newly_cut(&self) -> Vec<(usize, usize, u64)> {
        let pairs = (0..self.count).flat_map(|one| (one + 1..self.count).map(move |other| (one, other)));
        let cut = pairs.filter(|(one, other)| {
            self.are_connected(*one, *other) && (self.is_cut(*one, *other) || self.is_cut(*other, *one))
        });
        cut.map(|(one, other)| (one, other, self.changes[self.pair(one, other)])).collect()
    }

    /// True if a pair is still cut, and was so all the time since its change of this number.
    pub(super) fn is_dead_since(&self, one: usize, other: usize, change: u64) -> bool {
        self.changes[self.pair(one, other)] == change && (self.is_cut(one, other) || self.is_cut(other, one))
    }

    /// The times at which what is sent now arrives: never, once, or twice.
    pub(super) fn carry(&mut self, from: usize, to: usize, topic: Topic, now_us: u64, random: &mut Random) -> Vec<u64> {
        if from == to || self.is_cut(from, to) {
            return Vec::new();
        }
        let stream = match topic {
            Topic::Consensus | Topic::Liveness | Topic::Status | Topic::Tips => 0,
            Topic::Parts => 1,
            Topic::Transactions => 2,
        };
        self.pass(from, to, stream, Some(topic), now_us, random)
    }

    /// The same for requests and answers.
    pub(super) fn carry_request(&mut self, from: usize, to: usize, now_us: u64, random: &mut Random) -> Vec<u64> {
        if from == to || self.is_cut(from, to) {
            return Vec::new();
        }
        self.pass(from, to, STREAMS - 1, None, now_us, random)
    }

    fn pass(
        &mut self,
        from: usize,
        to: usize,
        stream: usize,
        topic: Option<Topic>,
        now_us: u64,
        random: &mut Random,
    ) -> Vec<u64> {
        let link = from * self.count + to;
        let mut delay_us = self.base_us[link] + random.below(2_000);
        let (mut held_back_us, mut copies) = (0, 1);
        for fault in &self.faults {
            match &fault.kind {
                LinkFaultKind::Delay { node, min_ms, max_ms } if node.is_none_or(|node| node == from || node == to) => {
                    delay_us += 1_000 * random.between(*min_ms..=*max_ms);
                }
                LinkFaultKind::Loss { topic: of, permille }
                    if (of.is_none() || *of == topic) && random.permille(*permille) =>
                {
                    return Vec::new();
                }
                LinkFaultKind::Duplication { permille } => copies += usize::from(random.permille(*permille)),
                LinkFaultKind::Reordering { permille, max_ms } if random.permille(*permille) => {
                    held_back_us += 1_000 * random.between(1..=*max_ms);
                }
                _ => {}
            }
        }
        let in_order_us = (now_us + delay_us).max(self.last_us[link][stream]);
        self.last_us[link][stream] = in_order_us;
        (0..copies).map(|copy| in_order_us + held_back_us + copy as u64 * 1_000).collect()
    }

    fn pair(&self, one: usize, other: usize) -> usize {
        one.min(other) * self.count + one.max(other)
    }
}
