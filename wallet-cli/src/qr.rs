//! QR codes in a terminal, two modules to a character, and as images.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

/// A text that no QR code can hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

/// The way that the code is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Black on white by colour codes: right on every terminal, dark or light.
    Coloured,
    /// Characters only; right where text is light on dark, and inverted elsewhere, which most scanners read too.
    Plain,
}

const BLACK_ON_WHITE: &str = "\u{1b}[30;107m";
const RESET: &str = "\u{1b}[0m";

/// Light modules around a code, as scanners want them (ISO/IEC 18004).
const QUIET: usize = 4;
/// Light modules above and below a code that would be too high otherwise: scanners do with them.
const QUIET_SMALL: usize = 2;
/// Most lines of a drawing on a terminal of 24 lines, one of which is the prompt.
const LINES_MAX: usize = 23;

/// Draws a text as lines of half blocks, with the quiet zone of four modules that scanners need around it; above and
/// below only two where the code would take more than 23 lines otherwise.
///
/// Upper-case letters, digits and the few signs of QR's alphanumeric mode give the smallest code. The least error
/// correction is enough on a screen, and keeps a payment request within 24 lines.
///
/// # Errors
/// When the text doesn't fit into any QR code.
pub fn draw(text: &str, style: Style) -> Result<String, TooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|error| match error {
        QrError::DataTooLong
        | QrError::InvalidVersion
        | QrError::UnsupportedCharacterSet
        | QrError::InvalidEciDesignator
        | QrError::InvalidCharacter => TooLong,
    })?;
    let size = code.width();
    let above = if (size + 2 * QUIET).div_ceil(2) <= LINES_MAX { QUIET } else { QUIET_SMALL };
    let is_dark = |x: usize, y: usize| {
        let inside = |at: usize, quiet: usize| at.checked_sub(quiet).filter(|at| *at < size);
        inside(x, QUIET).zip(inside(y, above)).is_some_and(|place| code[place] == Color::Dark)
    };
    let ink = style == Style::Coloured;
    let half_blocks = |y: usize| -> String {
        (0..size + 2 * QUIET).map(|x| half_block(is_dark(x, y) == ink, is_dark(x, y + 1) == ink)).collect()
    };
    let lines = (0..size + 2 * above).step_by(2).map(half_blocks);
    let lines: Vec<String> = match style {
        Style::Plain => lines.collect(),
        Style::Coloured => lines.map(|line| format!("{BLACK_ON_WHITE}{line}{RESET}")).collect(),
    };
    Ok(lines.join("\n"))
}

/// Draws a text as an SVG image of black modules on white, with the quiet zone around it, to be shown at any size.
///
/// # Errors
/// When the text doesn't fit into any QR code.
pub fn svg(text: &str) -> Result<String, TooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|_| TooLong)?;
    let size = code.width();
    let side = size + 2 * QUIET;
    let places = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    let dark = places.filter(|place| code[*place] == Color::Dark);
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// The character whose upper and lower half are drawn or not.
fn half_block(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (false, false) => ' ',
        (true, false) => '\u{2580}',
        (false, true) => '\u{2584}',
        (true, true) => '\u{2588}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "LOJAL:PAY1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

    /// The modules of a picture: true for dark. `ink` is what a drawn half block means.
    fn modules(picture: &str, ink: bool) -> Vec<Vec<bool>> {
        let halves = |character| match character {
            ' ' => (!ink, !ink),
            '\u{2580}' => (ink, !ink),
            '\u{2584}' => (!ink, ink),
            '\u{2588}' => (ink, ink),
            other => panic!("{other:?} is no half block"),
        };
        let lines = picture.lines().map(|line| line.chars().map(halves).collect::<Vec<_>>());
        lines
            .flat_map(|line| [line.iter().map(|half| half.0).collect(), line.iter().map(|half| half.1).collect()])
            .collect()
    }

    fn uncoloured(picture: &str) -> String {
        let line = |line: &str| {
            let line = line.strip_prefix(BLACK_ON_WHITE).expect("every line is coloured");
            line.strip_suffix(RESET).expect("and ends its colours").to_owned()
        };
        picture.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    fn scan(modules: &[Vec<bool>]) -> String {
        const PIXELS: usize = 4;
        let (width, height) = (modules[0].len(), modules.len());
        let mut image = rqrr::PreparedImage::prepare_from_bitmap(width * PIXELS, height * PIXELS, |x, y| {
            modules[y / PIXELS][x / PIXELS]
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "one code is seen");
        grids[0].decode().expect("readable").1
    }

    #[test]
    fn both_styles_are_read_back_by_a_scanner() {
        let long = TEXT.repeat(5);
        for text in [TEXT, &long] {
            let coloured = modules(&uncoloured(&draw(text, Style::Coloured).expect("fits")), true);
            assert_eq!(scan(&coloured), text);
            let plain = modules(&draw(text, Style::Plain).expect("fits"), false);
            assert_eq!(scan(&plain), text, "light text on dark");
        }
    }

    #[test]
    fn an_image_is_read_back_by_a_scanner() {
        let image = svg(TEXT).expect("fits");
        let (_, path) = image.rsplit_once(" d=\"").expect("the dark modules");
        let (path, _) = path.split_once('"').expect("closed");
        let place = |square: &str| {
            let (x, y) = square.strip_suffix("h1v1h-1").and_then(|place| place.split_once(' ')).expect("a square");
            (x.parse::<usize>().expect("a number"), y.parse::<usize>().expect("a number"))
        };
        let squares = path.split('M').filter(|square| !square.is_empty());
        let dark: Vec<(usize, usize)> = squares.map(|square| place(square.trim_end_matches('z'))).collect();
        let side = dark.iter().map(|(x, _)| x + 1).max().expect("some are dark") + QUIET;
        assert!(image.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{image}");
        let row = |y| (0..side).map(|x| dark.contains(&(x, y))).collect();
        assert_eq!(scan(&(0..side).map(row).collect::<Vec<Vec<bool>>>()), TEXT);
    }

    #[test]
    fn a_quiet_zone_of_four_light_modules_is_around_the_code() {
        let modules = modules(&uncoloured(&draw(TEXT, Style::Coloured).expect("fits")), true);
        let width = modules[0].len();
        assert!(modules.iter().all(|row| row.len() == width));
        let light = |row: &[bool]| row.iter().all(|dark| !dark);
        assert!(modules[..4].iter().all(|row| light(row)) && modules[modules.len() - 4..].iter().all(|row| light(row)));
        assert!(modules.iter().all(|row| light(&row[..4]) && light(&row[width - 4..])));
        assert!(modules[4][4..11].iter().all(|dark| *dark), "a finder pattern starts after it");
    }

    #[test]
    fn upper_case_makes_a_smaller_code_than_lower_case() {
        let width =
            |text: &str| draw(text, Style::Plain).expect("fits").lines().next().expect("a line").chars().count();
        assert!(width(&TEXT.repeat(3)) < width(&TEXT.repeat(3).to_lowercase()));
    }

    #[test]
    fn a_text_that_fits_no_code_is_refused() {
        assert!(draw(&"A".repeat(4296), Style::Plain).is_ok());
        assert_eq!(draw(&"A".repeat(4297), Style::Plain), Err(TooLong));
        assert_eq!(svg(&"A".repeat(4297)), Err(TooLong));
    }
}
