//! The commands, one function each.

mod action_file;
mod balance;
mod between;
mod bounds;
mod brand;
mod brand_actions;
mod brand_motions;
mod campaign_words;
mod campaigns;
mod carry;
mod claim;
mod claimed;
mod contact;
mod context;
mod dating;
mod decimals;
mod dry_run;
mod filtered;
mod govern;
mod history;
mod holds;
mod household;
mod init;
mod invitations;
mod key_file;
mod keys;
mod leaders;
mod light;
mod listen;
mod lists;
mod market;
mod months;
mod motions;
mod points;
mod presentations;
mod profile;
mod programme;
mod proofs;
mod read;
mod receipt;
mod recovery;
mod reference;
mod referrals;
mod refunds;
mod repeat;
mod request;
mod safeguards;
mod schema;
mod setup;
mod show;
mod stamps;
mod standing;
mod statement;
mod takes;
mod till;
mod together;
mod tokens;
mod tracks;
mod transact;
mod unsent;
mod voucher_request;
mod vouchers;
mod watch;
mod web;
mod webhook;
mod whole;
mod words;

use context::Context;

use crate::cli::{Cli, Command, ProgrammeCommand, RequestArgs, TxArgs, VoucherCommand};
use crate::error::CommandError;
use crate::output::Report;

/// Does what the command line says.
///
/// # Errors
/// When nothing was done.
pub fn run(cli: Cli) -> Result<Report, CommandError> {
    match follow(&Context::new(cli.options), cli.command) {
        // A dry run ends where the command would have signed.
        Err(CommandError::Rehearsed { json, text }) => Ok(Report { json, text, is_open: false, qr: None }),
        done => done,
    }
}

fn follow(context: &Context, command: Command) -> Result<Report, CommandError> {
    match command {
        Command::Init { genesis, words_out } => init::init(context, &genesis, words_out.as_deref()),
        Command::Restore { genesis, words_file, account } => {
            init::restore(context, &genesis, words_file.as_deref(), account)
        }
        Command::Address { key, qr } => init::address(context, key, qr),
        Command::Token => tokens::token(context),
        Command::Lock => tokens::lock(context),
        Command::Status => read::status(context),
        Command::Light => light::light(context),
        Command::Brands => read::brands(context),
        Command::Balance { address } => balance::balance(context, address),
        Command::History(args) if filtered::is_asked(&args) => filtered::filtered(context, &args),
        Command::History(args) => history::history(context, args.address, args.limit, args.cursor.as_deref()),
        Command::Listen(args) => listen::listen(context, &args),
        Command::Statement(args) => statement::statement(context, &args),
        Command::Watch(args) => watch::watch(context, &args),
        Command::Tx(args) => of_transactions(context, args),
        Command::Send { to, amount, brand, source, sending } => {
            points::send(context, to, (&amount, brand), &source, &sending)
        }
        Command::Redeem { amount, brand, source, sending } => {
            points::redeem(context, (&amount, brand), &source, &sending)
        }
        Command::Request(args) => of_requests(context, &args),
        Command::Payment { reference } => request::payment(context, &reference),
        Command::Reference(args) => reference::reference(context, args),
        Command::Claim(args) => claim::claim(context, args),
        Command::Pay(args) => till::pay(context, &args),
        Command::Hold(args) => till::hold(context, &args),
        Command::Capture(args) => till::capture(context, args),
        Command::Release(args) => till::release(context, &args),
        Command::Convert(args) => between::convert(context, &args),
        Command::Issue { to, amount, brand, reference, dated, expires, consent, sending } => {
            points::issue(context, to, (&amount, brand, expires), (reference, dated), consent, &sending)
        }
        Command::Reverse { from, amount, brand, at_least, reference, dated, of, of_dated, sending } => points::reverse(
            context,
            from,
            (&amount, at_least.as_deref(), brand),
            (reference, dated),
            (of, of_dated),
            &sending,
        ),
        Command::Receipt(command) => receipt::receipt(context, command),
        Command::Web(command) => web::web(context, command),
        Command::Household(command) => household::household(context, command),
        Command::RotateKey { validity, dry_run } => keys::rotate_key(context, validity, dry_run),
        Command::Freeze { consent, sending } => safeguards::freeze(context, consent, &sending),
        Command::Unfreeze { sending } => safeguards::unfreeze(context, &sending),
        Command::Guardians(command) => keys::guardians(context, command),
        Command::Recover(command) => recovery::recover(context, command),
        Command::Policy(command) => brand::policy(context, command),
        Command::Operator(command) => brand::operator(context, command),
        Command::Webhook(command) => webhook::webhook(context, command),
        Command::Partner(command) => between::partner(context, command),
        Command::Programme(command) => of_programme(context, command),
        Command::Market(command) => market::market(context, command),
        Command::Voucher(command) => of_vouchers(context, command),
        Command::Brand(command) => brand_motions::brand(context, command),
        Command::Govern(command) => govern::govern(context, command),
        Command::Netting => between::netting(context),
        Command::Settle(args) => between::settle(context, args),
        Command::Schema { command } => schema::schema(&command),
        Command::Setup(command) => setup::setup(context, command),
    }
}

fn of_transactions(context: &Context, args: TxArgs) -> Result<Report, CommandError> {
    match args {
        TxArgs { command: Some(command), .. } => {
            carry::carry(context, command, |context, cli| follow(context, cli.command))
        }
        TxArgs { id, command: None } => read::transaction(context, id.expect("one of the two is there")),
    }
}

fn of_requests(context: &Context, args: &RequestArgs) -> Result<Report, CommandError> {
    if args.voucher.is_some() { voucher_request::request(context, args) } else { request::request(context, args) }
}

fn of_vouchers(context: &Context, command: VoucherCommand) -> Result<Report, CommandError> {
    match command {
        VoucherCommand::Vouchers { address, brand } => vouchers::vouchers(context, address, brand),
        VoucherCommand::Use(args) => vouchers::use_voucher(context, &args),
        VoucherCommand::Refund(args) => refunds::refund(context, args),
        VoucherCommand::Return(args) => refunds::give_back(context, &args),
    }
}

fn of_programme(context: &Context, command: ProgrammeCommand) -> Result<Report, CommandError> {
    match command {
        ProgrammeCommand::Standing { brand, address } => standing::standing(context, brand, address),
        ProgrammeCommand::Leaders(args) => leaders::leaders(context, &args),
        ProgrammeCommand::Show(args) => presentations::show(context, &args),
        ProgrammeCommand::Presentation(command) => presentations::presentation(context, command),
        ProgrammeCommand::Refer { which, qr } => referrals::refer(context, which, qr),
        ProgrammeCommand::Consent(args) => standing::consent(context, &args),
        ProgrammeCommand::Track(command) => tracks::track(context, command),
        ProgrammeCommand::Campaign(command) => campaigns::campaign(context, command),
        ProgrammeCommand::Grant(args) => campaigns::grant(context, args),
        ProgrammeCommand::Stamp(args) => stamps::stamp(context, args),
        ProgrammeCommand::Takeback(args) => stamps::take_back(context, args),
    }
}
