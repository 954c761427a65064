//! Handshake messages: what the two ends say to each other before anything else.
//!
//! RFC 8446 §4
//!
//! | octets | field    |
//! |--------|----------|
//! | 1      | msg_type |
//! | 3      | length   |
//! | n      | the body |
//!
//! | message               | from   | what it says                                                |
//! |-----------------------|--------|-------------------------------------------------------------|
//! | ClientHello           | client | everything that it can do, and a public key                 |
//! | ServerHello           | server | what of it is done, and the other public key                |
//! | HelloRetryRequest     | server | almost; another public key, please (a ServerHello's form)   |
//! | EncryptedExtensions   | server | answers that need not be in the clear                       |
//! | CertificateRequest    | server | and who are you?                                            |
//! | Certificate           | both   | who I am                                                    |
//! | CertificateVerify     | both   | a signature over all so far: it is really me                |
//! | Finished              | both   | a MAC over all so far: we saw the same                      |
//! | EndOfEarlyData        | client | what follows is under the real keys                         |
//! | NewSessionTicket      | server | next time, this is quicker                                  |
//! | KeyUpdate             | both   | from here on, the next key                                  |
//!
//! Invariant: a message that was read is written as the same octets, because others hash them.
//!
//! Invariant: reading allocates in proportion to the octets that are there.
//!
//! Used by: [`Handshake`](crate::Handshake), `dissect`.

mod certificate;
mod hello;
mod server_hello;
mod short;

use crate::{Error, vector::end};
use std::fmt;
use wire::{Reader, TooLong, Writer};

pub use certificate::{Certificate, CertificateEntry, CertificateRequest, CertificateVerify};
pub(crate) use hello::suite_name;
pub use hello::{ClientHello, Random};
pub use server_hello::{EncryptedExtensions, ServerHello};
pub use short::{Finished, KeyUpdate, NewSessionTicket};

/// The version that every hello since TLS 1.3 claims to have, for middleboxes that would not let
/// another pass (RFC 8446 §4.1.2).
pub const LEGACY_VERSION: u16 = 0x0303;
/// The version that it has.
pub const TLS13: u16 = 0x0304;

macro_rules! types {
    ($($name:ident = $number:literal, $rfc:literal;)*) => {
        /// What a handshake message is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum HandshakeType {
            $(#[doc = $rfc] $name = $number,)*
        }

        impl HandshakeType {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The type with that number.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The number on the wire.
            pub const fn number(self) -> u8 {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// The message's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The section that describes it.
            pub const fn rfc(self) -> &'static str {
                match self {
                    $(Self::$name => $rfc,)*
                }
            }
        }
    };
}

types! {
    ClientHello = 1, "RFC 8446 §4.1.2";
    ServerHello = 2, "RFC 8446 §4.1.3, §4.1.4";
    NewSessionTicket = 4, "RFC 8446 §4.6.1";
    EndOfEarlyData = 5, "RFC 8446 §4.5";
    EncryptedExtensions = 8, "RFC 8446 §4.3.1";
    Certificate = 11, "RFC 8446 §4.4.2";
    CertificateRequest = 13, "RFC 8446 §4.3.2";
    CertificateVerify = 15, "RFC 8446 §4.4.3";
    Finished = 20, "RFC 8446 §4.4.4";
    KeyUpdate = 24, "RFC 8446 §4.6.3";
}

impl fmt::Display for HandshakeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a message is, and how long its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What it is.
    pub kind: HandshakeType,
    /// Octets of the body.
    pub length: usize,
}

impl Head {
    /// Octets of a head.
    pub const LENGTH: usize = 4;

    /// Reads a head; `None` where it is not whole yet.
    ///
    /// # Errors
    /// [`Error::MessageUnknown`], and [`Error::MessageTooLong`] for more than `limit` octets: a
    /// message is refused before its body is awaited.
    pub fn parse(reader: &mut Reader<'_>, limit: usize) -> Result<Option<Self>, Error> {
        let Some(number) = reader.rest().first() else { return Ok(None) };
        let kind = HandshakeType::from_number(*number);
        let kind = kind.ok_or(Error::MessageUnknown { kind: *number })?;
        if reader.len() < Self::LENGTH {
            return Ok(None);
        }
        reader.section(kind.name(), kind.rfc());
        reader.u8("msg_type")?;
        reader.explain(|| kind.to_string());
        let length = usize::try_from(reader.u24("length")?).unwrap_or(usize::MAX);
        reader.explain(|| format!("{length} octet{}", if length == 1 { "" } else { "s" }));
        if length > limit {
            return Err(Error::MessageTooLong { message: kind, length, limit });
        }
        Ok(Some(Self { kind, length }))
    }
}

/// A handshake message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// §4.1.2
    ClientHello(ClientHello),
    /// §4.1.3, §4.1.4
    ServerHello(ServerHello),
    /// §4.6.1
    NewSessionTicket(NewSessionTicket),
    /// §4.5
    EndOfEarlyData,
    /// §4.3.1
    EncryptedExtensions(EncryptedExtensions),
    /// §4.4.2
    Certificate(Certificate),
    /// §4.3.2
    CertificateRequest(CertificateRequest),
    /// §4.4.3
    CertificateVerify(CertificateVerify),
    /// §4.4.4
    Finished(Finished),
    /// §4.6.3
    KeyUpdate(KeyUpdate),
}

impl Message {
    /// Reads the body of a message of type `kind`, to its end.
    ///
    /// # Errors
    /// What the form of the message can break; what its sense can, the handshake finds.
    pub fn read(kind: HandshakeType, reader: &mut Reader<'_>) -> Result<Self, Error> {
        let message = match kind {
            HandshakeType::ClientHello => Self::ClientHello(ClientHello::read(reader)?),
            HandshakeType::ServerHello => Self::ServerHello(ServerHello::read(reader)?),
            HandshakeType::NewSessionTicket => {
                Self::NewSessionTicket(NewSessionTicket::read(reader)?)
            }
            HandshakeType::EndOfEarlyData => Self::EndOfEarlyData,
            HandshakeType::EncryptedExtensions => {
                Self::EncryptedExtensions(EncryptedExtensions::read(reader)?)
            }
            HandshakeType::Certificate => Self::Certificate(Certificate::read(reader)?),
            HandshakeType::CertificateRequest => {
                Self::CertificateRequest(CertificateRequest::read(reader)?)
            }
            HandshakeType::CertificateVerify => {
                Self::CertificateVerify(CertificateVerify::read(reader)?)
            }
            HandshakeType::Finished => Self::Finished(Finished::read(reader)?),
            HandshakeType::KeyUpdate => Self::KeyUpdate(KeyUpdate::read(reader)?),
        };
        end(reader, kind.name())?;
        Ok(message)
    }

    /// What it is.
    pub fn kind(&self) -> HandshakeType {
        match self {
            Self::ClientHello(_) => HandshakeType::ClientHello,
            Self::ServerHello(_) => HandshakeType::ServerHello,
            Self::NewSessionTicket(_) => HandshakeType::NewSessionTicket,
            Self::EndOfEarlyData => HandshakeType::EndOfEarlyData,
            Self::EncryptedExtensions(_) => HandshakeType::EncryptedExtensions,
            Self::Certificate(_) => HandshakeType::Certificate,
            Self::CertificateRequest(_) => HandshakeType::CertificateRequest,
            Self::CertificateVerify(_) => HandshakeType::CertificateVerify,
            Self::Finished(_) => HandshakeType::Finished,
            Self::KeyUpdate(_) => HandshakeType::KeyUpdate,
        }
    }

    /// Appends the message, head and body.
    ///
    /// # Errors
    /// [`TooLong`] where a field does not fit behind its length; `out` is then as it was.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        let start = out.len();
        let mut writer = Writer::new(out);
        writer.u8(self.kind().number());
        let written = writer.prefixed_u24("body", |out| match self {
            Self::ClientHello(hello) => hello.write(out),
            Self::ServerHello(hello) => hello.write(out),
            Self::NewSessionTicket(ticket) => ticket.write(out),
            Self::EndOfEarlyData => Ok(()),
            Self::EncryptedExtensions(message) => message.write(out),
            Self::Certificate(certificate) => certificate.write(out),
            Self::CertificateRequest(request) => request.write(out),
            Self::CertificateVerify(verify) => verify.write(out),
            Self::Finished(finished) => {
                out.put(&finished.verify_data);
                Ok(())
            }
            Self::KeyUpdate(update) => {
                out.u8(u8::from(update.request));
                Ok(())
            }
        });
        if written.is_err() {
            out.truncate(start);
        }
        written
    }
}

/// Reads the messages of one side's flight, head and body each, telling the reader's observer of
/// every field. Ends where the octets end; a message that is cut short is left in the reader.
///
/// # Errors
/// As [`Head::parse`] and [`Message::read`].
pub fn dissect(reader: &mut Reader<'_>, limit: usize) -> Result<Vec<Message>, Error> {
    let mut messages = Vec::new();
    loop {
        let mut ahead = Reader::new(reader.rest());
        match Head::parse(&mut ahead, limit)? {
            Some(head) if head.length <= ahead.len() => {}
            _ => return Ok(messages),
        }
        let Some(head) = Head::parse(reader, limit)? else { return Ok(messages) };
        let mut body = reader.within(head.kind.name(), head.length)?;
        messages.push(Message::read(head.kind, &mut body)?);
    }
}
