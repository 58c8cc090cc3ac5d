//! The invitations of the template's campaigns: each member has a sum of its own.

use lojal_types::{Bounded, BrandId, Campaign, CampaignId, Requirement};
use lojal_wallet::invitations::{List, Of};

use super::super::error::DevnetError;
use super::super::layout::Layout;

/// The file with the invitations of a brand's members, in the directory of the network.
const FILE: &str = "invitations.jsonl";
/// The members, and the points that each is invited to.
const INVITED: [(&str, u64); 2] = [("member-1", 40), ("member-2", 15)];

/// Invites the members to the campaigns of a brand that ask for it, and writes down what each of them shows.
pub(super) fn invite(layout: &Layout, brand: BrandId, campaigns: &mut [Campaign]) -> Result<(), DevnetError> {
    for (number, terms) in (1..).zip(campaigns).filter(|(_, terms)| terms.requires.contains(&Requirement::Invited)) {
        let network = layout.genesis.network();
        let campaign = CampaignId::new(number);
        let of = Of { chain: layout.genesis.chain_id(), network, brand, decimals: 0, campaign };
        let mut table = "address,amount\n".to_owned();
        for (member, points) in INVITED {
            table += &format!("{},{points}\n", layout.key(member)?.address().to_text(network));
        }
        let failed = |reason: String| DevnetError::NoProgramme { brand, reason };
        let list = List::of_table(&table, &of, |_, _| Ok(())).map_err(|error| failed(error.to_string()))?;
        let path = layout.dir.join(FILE);
        // One that is there is of a programme that didn't begin.
        let _ = std::fs::remove_file(&path);
        list.write(&path, 0).map_err(|error| failed(format!("{}: {error}", path.display())))?;
        terms.invited = Bounded::from([list.root()]);
    }
    Ok(())
}
