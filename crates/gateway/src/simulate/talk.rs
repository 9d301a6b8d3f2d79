//! What people write: contacts, members of groups, and the owner on the phone.

use anyhow::{Context, Result, bail};
use fased_policy::command::{self, Command, SessionVerb};
use serde_json::{Value, json};

use super::play::{OWN_PHONE, Player};
use super::script::{Author, Own};
use super::tally::Sent;

/// A conversation that the account has a part in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chat {
    /// With a contact, or with itself.
    Direct(String),
    /// The group's address.
    Group(String),
}

/// A group as the fake server has it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) members: Vec<String>,
}

impl Player {
    /// A contact writes to the account.
    pub(super) async fn send(&mut self, from: &str, mut message: Value) -> Result<()> {
        message["to"] = OWN_PHONE.into();
        message["from"] = from.into();
        self.post(Chat::Direct(from.to_owned()), from, &message).await
    }

    pub(super) async fn say_in_group(&mut self, name: &str, from: &Author, text: &str) -> Result<()> {
        let from = match from {
            Author::Owner => OWN_PHONE,
            Author::Member(from) => from,
        };
        let address = self.group_with(name, None, from).await?;
        let (text, mentions) = mentioned(text);
        let message = json!({ "group": address, "from": from, "text": text, "mentions": mentions });
        self.post(Chat::Group(address), from, &message).await
    }

    /// The owner writes on the phone: where somebody wrote last, unless it is said where.
    pub(super) async fn say_as_owner(&mut self, to: Option<&Own>, text: &str) -> Result<()> {
        let chat = match to {
            Some(Own::ToSelf) => Chat::Direct(OWN_PHONE.to_owned()),
            Some(Own::Chat(contact)) => Chat::Direct(contact.clone()),
            None => self
                .latest
                .clone()
                .map_or_else(|| Chat::Direct(OWN_PHONE.to_owned()), |(chat, _)| chat),
        };
        let message = match &chat {
            Chat::Group(address) => json!({ "group": address, "from": OWN_PHONE, "text": text }),
            Chat::Direct(contact) if contact == OWN_PHONE => {
                json!({ "to": OWN_PHONE, "from": OWN_PHONE, "text": text })
            }
            Chat::Direct(contact) => {
                json!({ "to": OWN_PHONE, "from": OWN_PHONE, "chat": contact, "text": text })
            }
        };
        self.post(chat, OWN_PHONE, &message).await
    }

    async fn post(&mut self, chat: Chat, from: &str, message: &Value) -> Result<()> {
        let before = self.server_seq().await?;
        if message["text"].as_str().is_some_and(ends_a_run) {
            self.stoppable = self.sent.len();
        }
        let mut answer = self.world.api.post("/messages", message).await?;
        let ids: Vec<String> = serde_json::from_value(answer["ids"].take()).context("no message ids")?;
        if let Chat::Group(address) = &chat
            && let Some(name) = self.log.group_name(address)
        {
            self.last.insert(name, (before, ids.clone()));
        }
        // What the owner writes to somebody else is for nobody here.
        let for_account = from != OWN_PHONE || chat == Chat::Direct(OWN_PHONE.to_owned());
        if let Some(id) = ids.last() {
            self.latest = Some((chat, id.clone()));
        }
        if for_account {
            self.sent.extend(ids.iter().map(|id| Sent {
                id: id.clone(),
                from: from.to_owned(),
            }));
        }
        self.last.insert(from.to_owned(), (before, ids));
        Ok(())
    }

    /// Makes a group, or adds to it who is not in it yet.
    pub(super) async fn make_group(
        &mut self,
        name: &str,
        address: Option<&str>,
        members: &[String],
    ) -> Result<()> {
        for member in members {
            let made = self.group_with(name, address, member).await?;
            if let Some(address) = address.filter(|address| *address != made) {
                bail!("{name} is there already, as {made}; give the group {address} another name");
            }
        }
        Ok(())
    }

    /// The address of a group that this person is in: it is made, or they are added, if need be.
    async fn group_with(&mut self, name: &str, address: Option<&str>, person: &str) -> Result<String> {
        let known = self.groups().await?.into_iter().find(|group| group.name == name);
        if let Some(group) = known {
            if !group.members.iter().any(|member| member == person) {
                let body = json!({ "group": group.address, "add": [person] });
                self.world.api.post("/groups/members", &body).await?;
                self.log.note("do", format!("{person} is added to {name}"));
            }
            return Ok(group.address);
        }
        let mut members = vec![person];
        if person != OWN_PHONE {
            members.push(OWN_PHONE);
        }
        let mut body = json!({ "subject": name, "members": members });
        if let Some(address) = address {
            body["id"] = address.into();
        }
        let mut made = self.world.api.post("/groups", &body).await?;
        let address: String = serde_json::from_value(made["group"].take()).context("no group address")?;
        self.log.name_group(&address, name);
        self.log.note(
            "do",
            format!("{person} makes the group {name}, with {OWN_PHONE} in it"),
        );
        Ok(address)
    }

    /// Does WhatsApp have a connection to deliver through?
    pub(super) async fn is_online(&self) -> Result<bool> {
        let state = self.world.api.get("/state?inbox=0").await?;
        Ok(state["accounts"][OWN_PHONE]["online"] == true)
    }

    /// All groups, by name.
    pub(super) async fn groups(&self) -> Result<Vec<Group>> {
        let mut state = self.world.api.get("/state?inbox=0").await?;
        let groups: serde_json::Map<String, Value> =
            serde_json::from_value(state["groups"].take()).context("no groups")?;
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(address, mut group)| Group {
                name: group["subject"].as_str().unwrap_or_default().to_owned(),
                members: serde_json::from_value(group["members"].take()).unwrap_or_default(),
                address,
            })
            .collect();
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }

    /// The groups of an earlier simulation are told by their names, too.
    pub(super) async fn name_groups(&self) -> Result<()> {
        for group in self.groups().await? {
            self.log.name_group(&group.address, &group.name);
        }
        Ok(())
    }
}

/// `@bot` as phones write it: the number in the text, and the same number beside it.
fn mentioned(text: &str) -> (String, Vec<&'static str>) {
    let digits = OWN_PHONE.trim_start_matches('+');
    let words: Vec<String> = text
        .split(' ')
        .map(|word| match word.strip_prefix("@bot") {
            Some(rest) if !rest.starts_with(char::is_alphanumeric) => format!("@{digits}{rest}"),
            _ => word.to_owned(),
        })
        .collect();
    let written = words.join(" ");
    let mentions = if written == text { vec![] } else { vec![OWN_PHONE] };
    (written, mentions)
}

/// Is it a command that ends what is under way? Whether its writer may give it is the gateway's business.
fn ends_a_run(text: &str) -> bool {
    let digits = OWN_PHONE.trim_start_matches('+');
    let text = text.trim().trim_start_matches(&format!("@{digits}")).trim();
    matches!(
        command::parse(text),
        Some(Ok(Command::Stop | Command::Session(SessionVerb::Close)))
    )
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn the_bot_is_mentioned_as_a_phone_does_it() {
        let bot = vec!["+15550100001"];
        assert_eq!(
            mentioned("hi  @bot, you"),
            ("hi  @15550100001, you".to_owned(), bot)
        );
        assert_eq!(
            mentioned("a robot@bot @bottle"),
            ("a robot@bot @bottle".to_owned(), vec![])
        );
    }
}
