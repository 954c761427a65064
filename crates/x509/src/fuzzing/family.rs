//! A family of certificates drawn from octets, so that a fuzzer reaches the search for a path: of
//! octets that it changes in a real certificate, nearly all only break the signature.
//!
//! ```text
//!   one member, five octets
//!   ┌─────────────────┬──────────────┬─────────┬──────────────┬──────────────┐
//!   │ subject, issuer │ key, signer  │ bits    │ pathLen, EKU │ constraints  │
//!   └─────────────────┴──────────────┴─────────┴──────────────┴──────────────┘
//!   the first is the leaf; those whose bit says so are roots; the others are sent
//! ```
//!
//! Four names and four keys, so that loops, cross-signatures and two certificates of one name are
//! the rule. The keys are Ed25519's, so the same octets give the same certificates.
//!
//! Used by: `check_paths`, and the fuzz target that asks another library too.

use crate::{
    Certificate, DistinguishedName, KeyUsage, ServerName, SigningKey, Validity,
    der::{Tag, Writer, oid},
    issue::{Serial, Template, key_identifier},
};
use std::sync::OnceLock;
use wire::UnixTime;

/// At most so many: a search of all orders must stay small.
const MEMBERS: usize = 6;

/// When a family is looked at.
pub const NOW: UnixTime = UnixTime(1_767_225_600);

/// One member, as it was drawn.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) subject: u8,
    pub(super) issuer: u8,
    pub(super) key: u8,
    pub(super) signer: u8,
    pub(super) is_root: bool,
    pub(super) is_authority: bool,
    pub(super) may_sign: bool,
    pub(super) is_expired: bool,
    pub(super) path_len: Option<u64>,
    /// Bit 0: an extKeyUsage; bit 1: for clients alone; bit 2: of the leaf, which name.
    pub(super) usage: u8,
    /// Bit 0: permitted `a.example`; bit 1: permitted `b.example`; bit 2: excluded `www.a.example`.
    pub(super) constraints: u8,
}

/// A leaf, certificates beside it, and roots.
#[derive(Debug, Clone)]
pub struct Family {
    pub(super) plans: Vec<Plan>,
    certificates: Vec<Certificate>,
}

impl Family {
    /// The family that these octets draw; `None` if they are too few.
    pub fn draw(octets: &[u8]) -> Option<Self> {
        Self::drawn(octets, |_, _| {})
    }

    /// The same without what not every library asks for: roots that are more than a name and a key,
    /// and keyCertSign.
    pub fn draw_plain(octets: &[u8]) -> Option<Self> {
        Self::drawn(octets, |at, plan| {
            plan.may_sign = at > 0;
            if plan.is_root {
                (plan.is_authority, plan.is_expired) = (true, false);
                (plan.path_len, plan.usage) = (None, 0);
                if plan.subject == plan.issuer {
                    plan.signer = plan.key;
                }
            }
        })
    }

    fn drawn(octets: &[u8], alter: impl Fn(usize, &mut Plan)) -> Option<Self> {
        let chunks = octets.chunks_exact(5).take(MEMBERS).enumerate();
        let plans = chunks.filter_map(|(at, drawn)| {
            let mut plan = Plan::draw(at, drawn)?;
            alter(at, &mut plan);
            Some(plan)
        });
        let plans: Vec<Plan> = plans.collect();
        let certificates = plans.iter().enumerate().map(|(at, plan)| plan.certificate(at));
        let certificates: Vec<Certificate> = certificates.collect::<Option<_>>()?;
        (!plans.is_empty()).then_some(Self { plans, certificates })
    }

    /// What the peer sends, the leaf first.
    pub fn chain(&self) -> Vec<Certificate> {
        self.those_with(false)
    }

    /// Whom we trust.
    pub fn roots(&self) -> Vec<Certificate> {
        self.those_with(true)
    }

    fn those_with(&self, root: bool) -> Vec<Certificate> {
        let all = self.plans.iter().zip(&self.certificates);
        all.filter(|(plan, _)| plan.is_root == root).map(|(_, one)| one.clone()).collect()
    }

    /// Whom the client wants.
    pub fn name(&self) -> ServerName {
        let wanted = self.plans.first().map_or("", Plan::name);
        ServerName::parse(wanted).unwrap_or(ServerName::Ip([127, 0, 0, 1].into()))
    }
}

fn keys() -> &'static [SigningKey] {
    static KEYS: OnceLock<Vec<SigningKey>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let pkcs8 = |seed: u8| {
            Writer::build(|out| {
                out.sequence(|key| {
                    key.number(0);
                    key.sequence(|id| id.oid(&oid::ED25519));
                    key.wrap(Tag::OCTET_STRING, |inside| inside.octets(&[seed; 32]));
                });
            })
        };
        (1..=4).filter_map(|seed| SigningKey::from_pkcs8(&pkcs8(seed)).ok()).collect()
    })
}

impl Plan {
    fn draw(at: usize, drawn: &[u8]) -> Option<Self> {
        let &[names, keys, bits, extra, constraints] = drawn else { return None };
        // What makes a member useless takes two bits, or hardly any family would have a path.
        let (odd, leaf) = (|bit: u8| bits >> bit & 3 == 3, at == 0);
        Some(Self {
            subject: names & 3,
            issuer: names >> 2 & 3,
            key: keys & 3,
            signer: keys >> 2 & 3,
            is_root: !leaf && bits & 1 != 0,
            is_authority: odd(1) == leaf,
            may_sign: odd(3) == leaf,
            is_expired: odd(5),
            path_len: (extra & 8 != 0).then_some(u64::from(extra >> 4 & 3)),
            usage: extra & 7,
            constraints: if leaf { 0 } else { constraints & constraints >> 4 & 7 },
        })
    }

    /// Whom it names, if it is the leaf.
    pub(super) fn name(&self) -> &'static str {
        if self.usage & 4 == 0 { "www.a.example" } else { "www.b.example" }
    }

    fn certificate(&self, at: usize) -> Option<Certificate> {
        let subject = |number: u8| DistinguishedName::common_name(&format!("Member {number}"));
        let key = keys().get(usize::from(self.key))?;
        let signer = keys().get(usize::from(self.signer))?;
        let day = 86_400;
        let not_after = NOW.plus_seconds(if self.is_expired { -1 } else { day });
        let validity = Validity { not_before: NOW.plus_seconds(-day), not_after };
        let serial = Serial(1 + at as u128);
        let mut template = Template::new(key.public_key(), subject(self.subject), validity, serial);
        template.issuer = subject(self.issuer);
        template.key_identifier();
        template.authority_identifier(&key_identifier(signer.public_key().spki()));
        extensions(&mut template, self, at == 0);
        Certificate::read(&template.sign(signer).ok()?).ok()
    }
}

fn extensions(template: &mut Template, plan: &Plan, leaf: bool) {
    template.extension(oid::BASIC_CONSTRAINTS, true, |out| {
        out.sequence(|basic| {
            if plan.is_authority {
                basic.boolean(true);
                if let Some(allowed) = plan.path_len {
                    basic.number(allowed);
                }
            }
        });
    });
    template.extension(oid::KEY_USAGE, true, |out| {
        let sign = if plan.may_sign { KeyUsage::KEY_CERT_SIGN.0 } else { 0 };
        out.named_bits(KeyUsage::DIGITAL_SIGNATURE.0 | sign);
    });
    if plan.usage & 1 != 0 {
        template.extension(oid::EXTENDED_KEY_USAGE, false, |out| {
            out.sequence(|list| {
                let server = plan.usage & 2 == 0;
                list.oid(&if server { oid::SERVER_AUTH } else { oid::CLIENT_AUTH });
            });
        });
    }
    if leaf {
        template.extension(oid::SUBJECT_ALT_NAME, false, |out| {
            out.sequence(|list| list.value(Tag::context(2), plan.name().as_bytes()));
        });
    }
    if plan.constraints != 0 {
        template.extension(oid::NAME_CONSTRAINTS, true, |out| {
            out.sequence(|both| subtrees(both, plan.constraints));
        });
    }
}

fn subtrees(out: &mut Writer<'_>, bits: u8) {
    let list = |out: &mut Writer<'_>, number: u8, domains: &[(u8, &str)]| {
        if domains.iter().any(|(bit, _)| bits & bit != 0) {
            out.wrap(Tag::constructed(number), |list| {
                for (_, domain) in domains.iter().filter(|(bit, _)| bits & bit != 0) {
                    list.sequence(|tree| tree.value(Tag::context(2), domain.as_bytes()));
                }
            });
        }
    };
    list(out, 0, &[(1, "a.example"), (2, "b.example")]);
    list(out, 1, &[(4, "www.a.example")]);
}
