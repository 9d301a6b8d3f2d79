//! `POST /qr`: a text as a QR code, so that the page needs no library to draw one.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::pages::{Shared, body_text};
use super::refuse::No;

/// Draws the text of the body.
pub(super) async fn picture(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Body) -> Response {
    match drawn(&shared, &headers, body).await {
        Ok(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Err(no) => no.into_response(),
    }
}

async fn drawn(shared: &Shared, headers: &HeaderMap, body: Body) -> Result<String, No> {
    let _open = shared.logged_in(headers)?;
    let text = body_text(body).await?;
    // At the same level as in a terminal: a login has much to say.
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L).map_err(|_| {
        let said = "the text is too long for a QR code";
        No::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", said, "send less")
    })?;
    // Dark on light whatever the page's colours are: many phones read nothing else.
    Ok(code
        .render()
        .quiet_zone(true)
        .module_dimensions(4, 4)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build())
}
