//! The two forms, and what events are called in them.
//!
//! main schema, "QlogFileSeq schema"; qlog 0.3, which had categories where there are namespaces now

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The drafts' `QlogFileSeq` in JSON Text Sequences; files end in `.sqlog`.
    Sequential,
    /// qlog 0.3 in JSON, as qvis reads it; files end in `.qlog`.
    Version03,
}

impl Kind {
    /// How the names of such files end, with the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Sequential => ".sqlog",
            Self::Version03 => ".qlog",
        }
    }
}

impl Kind {
    /// A name of the newer events, with what stands before it.
    pub(super) fn full_name(self, name: &str) -> String {
        if self == Self::Sequential {
            return format!("quic:{name}");
        }
        // Older names, where they are others, and older categories.
        let name = match name {
            "recovery_metrics_updated" => "metrics_updated",
            "timer_updated" => "loss_timer_updated",
            "key_discarded" => "key_retired",
            "udp_datagrams_sent" => "datagrams_sent",
            "udp_datagrams_received" => "datagrams_received",
            name => name,
        };
        let category = match name {
            "connection_started"
            | "connection_closed"
            | "connection_state_updated"
            | "mtu_updated" => "connectivity",
            "key_updated" | "key_retired" => "security",
            "metrics_updated"
            | "congestion_state_updated"
            | "packet_lost"
            | "loss_timer_updated" => "recovery",
            _ => "transport",
        };
        format!("{category}:{name}")
    }
}
