//! Reads marks as WhatsApp does, and says which had no effect.

/// What is seen, without marks and without what leads a line. An error names what stayed visible and should not.
pub(super) fn read(chunk: &str) -> Result<String, String> {
    let mut seen = String::new();
    let mut fenced = false;
    for line in chunk.split('\n') {
        if line == "```" {
            fenced = !fenced;
        } else if fenced {
            seen.push_str(line);
        } else {
            inline(without_lead(line), &mut seen)?;
        }
        seen.push('\n');
    }
    if fenced {
        Err("a fence without end".to_owned())
    } else {
        Ok(seen)
    }
}

fn without_lead(line: &str) -> &str {
    let mut rest = line.trim_start_matches("> ").trim_start();
    for marker in ["- ", "◦ ", "[x] ", "[ ] "] {
        rest = rest.strip_prefix(marker).unwrap_or(rest);
    }
    rest
}

fn inline(line: &str, seen: &mut String) -> Result<(), String> {
    let all: Vec<char> = line.chars().collect();
    let mut mark = vec![false; all.len()];
    let mut code = vec![false; all.len()];
    let mut place = 0;
    while place < all.len() {
        if all[place] == '`' {
            let end = (place + 1..all.len())
                .find(|end| all[*end] == '`')
                .ok_or_else(|| format!("a backtick alone: {line}"))?;
            let inner = &all[place + 1..end];
            if inner.is_empty() || inner[0].is_whitespace() || inner[inner.len() - 1].is_whitespace() {
                return Err(format!("a space inside of code: {line}"));
            }
            mark[place] = true;
            mark[end] = true;
            code[place..=end].fill(true);
            place = end;
        }
        place += 1;
    }
    for sign in ['*', '_', '~'] {
        let is = |place: usize| all[place] == sign && !code[place];
        let word = |place: Option<usize>| {
            place
                .and_then(|place| all.get(place))
                .is_some_and(|character| character.is_alphanumeric())
        };
        let mut place = 0;
        while place < all.len() {
            let opens = is(place)
                && !word(place.checked_sub(1))
                && all.get(place + 1).is_some_and(|next| !next.is_whitespace());
            if opens {
                let end = (place + 2..all.len())
                    .find(|end| is(*end) && !all[end - 1].is_whitespace() && !word(Some(end + 1)))
                    .ok_or_else(|| format!("{sign} without end: {line}"))?;
                mark[place] = true;
                mark[end] = true;
                place = end;
            } else if is(place) {
                return Err(format!("{sign} has no effect: {line}"));
            }
            place += 1;
        }
    }
    seen.extend(
        all.iter()
            .zip(mark)
            .filter(|(_, mark)| !mark)
            .map(|(character, _)| character),
    );
    Ok(())
}
