//! What the process tells its caller: one number for each kind of ending.

use std::process::ExitCode;

use fased_protocol::control::ErrorCode;

/// Exit codes. Scripts decide by them, so they never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// Refused, not found, or a defect.
    Refused = 1,
    /// Wrong arguments or a wrong config file.
    Usage = 2,
    /// No gateway runs on this state dir.
    NoGateway = 3,
    /// Another gateway holds the state dir.
    LeaseHeld = 4,
    /// The account is not linked, or its link is not ready.
    NotReady = 5,
    /// It took too long.
    TimedOut = 6,
}

impl From<ErrorCode> for Exit {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::NotFound | ErrorCode::Refused | ErrorCode::Internal => Self::Refused,
            ErrorCode::Usage | ErrorCode::Config => Self::Usage,
            ErrorCode::NoGateway => Self::NoGateway,
            ErrorCode::LeaseHeld => Self::LeaseHeld,
            ErrorCode::NotReady => Self::NotReady,
            ErrorCode::TimedOut | ErrorCode::Expired => Self::TimedOut,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_its_documented_number() {
        let documented = [
            (ErrorCode::NotFound, 1),
            (ErrorCode::Refused, 1),
            (ErrorCode::Internal, 1),
            (ErrorCode::Usage, 2),
            (ErrorCode::Config, 2),
            (ErrorCode::NoGateway, 3),
            (ErrorCode::LeaseHeld, 4),
            (ErrorCode::NotReady, 5),
            (ErrorCode::TimedOut, 6),
            (ErrorCode::Expired, 6),
        ];
        for (code, number) in documented {
            assert_eq!(Exit::from(code) as u8, number, "{code:?}");
        }
        assert_eq!(Exit::Ok as u8, 0);
    }
}
