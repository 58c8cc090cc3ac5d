//! The ground that every chapter stands on: signing, submitting, comparing the answer, and telling it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use lojal_client::{Client, ClientError};
use lojal_text::outside;
use lojal_types::api::{self, TransactionState, TransactionStatus};
use lojal_types::{
    Address, BrandId, Code, Day, Genesis, Height, Operation, Outcome, Points, Reference, Request, RequestKind, Salt,
    SignedTransaction, TimeMs, TransactionId,
};

use super::cast::{Actor, Cast};
use super::error::{Goal, TourError};
use super::words;
use crate::devnet::error::DevnetError;
use crate::devnet::layout::Layout;
use crate::devnet::signing::sign;

/// The time for which the narrator may read everything, as the auditor does.
const READING_MS: u64 = 24 * 60 * 60 * 1000;
/// The time within which a till's request is answered.
const REQUEST_MS: u64 = 60 * 60 * 1000;
/// The time that a gateway may take to reach a block or a time.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time after which it is asked again.
const INTERVAL: Duration = Duration::from_millis(50);

/// The network, and how far the tour has come on it.
pub struct Stage {
    genesis: Genesis,
    gateways: Vec<Client>,
    /// The place of the gateway that the narrator and the auditor use.
    reader: usize,
    /// The last block of which the tour knows: whoever acts next must have it.
    height: Height,
    steps: u32,
}

impl Stage {
    /// The beginning.
    ///
    /// # Errors
    /// When a gateway's address makes no client, or there is no auditor's key.
    pub fn of(layout: &Layout) -> Result<Self, DevnetError> {
        let gateways =
            (0..layout.count).map(|index| gateway(&layout.url(index), layout)).collect::<Result<Vec<_>, _>>()?;
        let reader = gateways.len().checked_sub(1).expect("a network has at least one validator");
        Ok(Self { genesis: layout.genesis.clone(), gateways, reader, height: Height::GENESIS, steps: 0 })
    }

    /// The place that a gateway has which is added next.
    pub fn next_gateway(&self) -> usize {
        self.gateways.len()
    }

    /// Adds the gateway of a node that joins.
    ///
    /// # Errors
    /// When its address makes no client, or there is no auditor's key.
    pub fn add_gateway(&mut self, url: &str, layout: &Layout) -> Result<Client, TourError> {
        let client = gateway(url, layout).map_err(|error| TourError::Unready(error.to_string()))?;
        self.gateways.push(client.clone());
        Ok(client)
    }

    /// Tells who takes part.
    pub fn introduce(&self, cast: &Cast) {
        lojal_print::line(format!("\nA family's month on chain {}", self.genesis.chain_id()));
        let document = self.genesis.document();
        let names: Vec<String> = document.brands.iter().map(|brand| outside(&brand.name)).collect();
        lojal_print::line(format!("The brands: {}; each runs a validator.", names.join(", ")));
        for person in [&cast.anna, &cast.bo, &cast.kim] {
            lojal_print::line(format!("  {:<5} {}", person.name, person.address.to_text(self.genesis.network())));
        }
    }

    /// Tells what comes next.
    pub fn chapter(&self, title: &str) {
        lojal_print::line(format!("\n== {title} =="));
    }

    /// Tells that this was all.
    pub fn conclude(&self) {
        lojal_print::line(format!("\n{} steps, and every answer was as it must be.", self.steps));
    }

    /// Lets somebody act, in one transaction, and waits until it is final. `does` is the sentence that tells it.
    ///
    /// # Errors
    /// Unless the transaction is applied.
    pub fn act(&mut self, actor: &Actor, does: &str, operations: Vec<Operation>) -> Result<TransactionId, TourError> {
        self.tell(does);
        let status = self.submit(actor, operations)?.map_err(unexpected(does))?;
        match status.state {
            TransactionState::Committed { height, receipt: Outcome::Applied, .. } => {
                self.height = self.height.max(height);
                lojal_print::line(format!("    final in block {height}"));
                Ok(status.id)
            }
            TransactionState::Committed { receipt: Outcome::Failed { code, .. }, .. } => {
                Err(TourError::Failed(does.to_owned(), code))
            }
            TransactionState::Pending => Err(TourError::NotFinal(does.to_owned(), "pending")),
            TransactionState::Refused { .. } => Err(TourError::NotFinal(does.to_owned(), "refused")),
        }
    }

    /// Lets somebody try what must not work.
    ///
    /// # Errors
    /// Unless it is refused, or fails, with this code.
    pub fn refused(&mut self, actor: &Actor, tries: &str, operation: Operation, code: Code) -> Result<(), TourError> {
        self.tell(tries);
        let answer = match self.submit(actor, vec![operation])? {
            Err(ClientError::Problem(problem)) if problem.code == code.name() => None,
            // A gateway that saw the failure coming refuses; otherwise it is on the ledger without an effect.
            Ok(TransactionStatus {
                state: TransactionState::Committed { height, receipt: Outcome::Failed { code: found, .. }, .. },
                ..
            }) if found == code => {
                self.height = self.height.max(height);
                None
            }
            Err(error) => Some(format!("the gateway says: {error}")),
            Ok(status) => Some(format!("the gateway answers {:?}", status.state)),
        };
        match answer {
            None => {
                lojal_print::line(format!("    refused: {code} ({}), {}", code.number(), code.explanation()));
                Ok(())
            }
            Some(answer) => Err(TourError::NotRefused { what: tries.to_owned(), expected: code, answer }),
        }
    }

    /// Tells what somebody holds, and compares it with what it must be; brands in the order of their ids.
    ///
    /// # Errors
    /// When it differs.
    pub fn holds(&self, name: &str, address: Address, expected: &[(BrandId, u64)]) -> Result<(), TourError> {
        let account = self.account(address)?;
        let found: Vec<(BrandId, Points)> =
            account.balances.iter().map(|balance| (balance.brand, balance.total)).collect();
        let mut expected: Vec<(BrandId, Points)> =
            expected.iter().map(|(brand, points)| (*brand, Points::new(*points))).collect();
        expected.sort_unstable();
        let (found, expected) = (words::balances(&self.genesis, &found), words::balances(&self.genesis, &expected));
        lojal_print::line(format!("    {:<6}{found}", format!("{name}:")));
        self.same(&format!("what {name} holds"), expected, found)
    }

    /// Compares what was read with what it must be.
    ///
    /// # Errors
    /// When it differs.
    pub fn same(&self, what: &str, expected: String, found: String) -> Result<(), TourError> {
        if expected == found {
            return Ok(());
        }
        let url = self.reader().url().to_owned();
        Err(TourError::Different { what: what.to_owned(), expected, url, found })
    }

    /// The account as the ledger has it now.
    ///
    /// # Errors
    /// When the gateway doesn't answer.
    pub fn account(&self, address: Address) -> Result<api::Account, TourError> {
        let text = address.to_text(self.genesis.network());
        self.read("asking for an account", |client| client.account(&text))
    }

    /// Asks the narrator's gateway, once it has seen everything so far.
    ///
    /// # Errors
    /// When it doesn't answer.
    pub fn read<T>(&self, what: &str, question: impl Fn(&Client) -> Result<T, ClientError>) -> Result<T, TourError> {
        self.wait_for(self.reader(), Goal::Height(self.height))?;
        question(self.reader()).map_err(unexpected(what))
    }

    /// Waits until the ledger's own clock has reached a time; answers with the block that it reached it in.
    ///
    /// # Errors
    /// When it doesn't get there.
    pub fn wait_until(&mut self, time: TimeMs) -> Result<Height, TourError> {
        let status = self.wait_for(self.reader(), Goal::Time(time))?;
        self.height = self.height.max(status.height);
        Ok(status.height)
    }

    /// Somebody's gateway, once it has seen everything so far: one that is a block behind would not know yet what the
    /// next step rests on.
    ///
    /// # Errors
    /// When it doesn't answer.
    pub fn gateway_of(&self, actor: &Actor) -> Result<&Client, TourError> {
        let gateway = &self.gateways[actor.gateway];
        self.wait_for(gateway, Goal::Height(self.height))?;
        Ok(gateway)
    }
    /// The network's genesis document.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }
    /// The gateway that the narrator and the auditor use.
    pub fn reader(&self) -> &Client {
        &self.gateways[self.reader]
    }
    /// An amount with the brand's name.
    pub fn points(&self, brand: BrandId, points: u64) -> String {
        words::points(&self.genesis, brand, Points::new(points))
    }

    /// Tells the next step.
    pub fn tell(&mut self, sentence: &str) {
        self.steps += 1;
        lojal_print::line(format!("{:>3} {sentence}", self.steps));
    }

    fn submit(
        &self,
        actor: &Actor,
        operations: Vec<Operation>,
    ) -> Result<Result<TransactionStatus, ClientError>, TourError> {
        Ok(self.gateway_of(actor)?.submit(&self.sign(actor, operations), true))
    }

    fn sign(&self, actor: &Actor, operations: Vec<Operation>) -> SignedTransaction {
        sign(&self.genesis.chain_id(), (actor.address, &actor.key), operations)
    }

    fn wait_for(&self, gateway: &Client, goal: Goal) -> Result<api::Status, TourError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = gateway.status().map_err(unexpected("asking for the status"))?;
            let is_there = match goal {
                Goal::Height(height) => status.height >= height,
                Goal::Time(time) => status.time_ms >= time,
            };
            if is_there {
                return Ok(status);
            }
            if Instant::now() > deadline {
                return Err(TourError::Late { url: gateway.url().to_owned(), goal });
            }
            std::thread::sleep(INTERVAL);
        }
    }
}

/// A gateway that is read with the rights of the auditor.
fn gateway(url: &str, layout: &Layout) -> Result<Client, DevnetError> {
    let (client, auditor) = (Client::new(url)?, layout.auditor_key()?);
    let until = lojal_consensus::clock::now().plus_ms(READING_MS);
    client.read_as(&layout.genesis.chain_id(), auditor.address(), &auditor, until);
    Ok(client)
}

/// The meaning of a client's error while something is done.
pub fn unexpected(what: &str) -> impl FnOnce(ClientError) -> TourError {
    let what = what.to_owned();
    move |error| TourError::Gateway(what, Box::new(error))
}

/// The day on which the tour began, which is that of all its references.
pub fn today() -> Day {
    static TODAY: OnceLock<Day> = OnceLock::new();
    *TODAY.get_or_init(|| lojal_consensus::clock::now().day())
}

/// A till's request, made unlike others by a text of at most 16 bytes.
pub fn request(brand: BrandId, points: u64, kind: RequestKind, text: &str) -> Request {
    let (amount, mut salt) = (Points::new(points), [0; 16]);
    salt[..text.len()].copy_from_slice(text.as_bytes());
    let until_ms = lojal_consensus::clock::now().plus_ms(REQUEST_MS);
    Request { brand, amount, kind, dated: today(), until_ms, household: None, salt: Salt::new(salt) }
}

/// A brand's own mark, from a short text.
pub fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("1 to 32 bytes")
}
