//! Many stories at once, shown while they happen: up to the deployed systems' reports, and back.

use std::time::Duration;

use anyhow::Result;
use client::Client;

use crate::lab::deadline::Interrupt;

use super::account;
use super::screen::Screen;
use super::story::{Story, Subject, Target};

/// What all machines have in common.
pub struct Play<'a> {
    /// The engine.
    pub client: &'a Client,
    /// What they are given.
    pub target: &'a Target,
    /// How long a deployed system may take to report.
    pub patience: Duration,
    /// Leave them deployed.
    pub keep: bool,
    /// Set when the person wants all to end.
    pub interrupt: &'a Interrupt,
}

impl Play<'_> {
    /// Plays it. `hear` gives a deployed system's own words: its host name, and a sentence for the person.
    pub async fn run<H>(&self, subjects: &[Subject], hear: impl Fn(usize) -> H) -> Result<()>
    where
        H: Future<Output = Result<(String, String)>>,
    {
        let screen = Screen::of(subjects.iter().map(|subject| subject.name.as_str()));
        let all = subjects.iter().enumerate();
        let stories = all.map(|(index, subject)| self.deployed(subject, &screen, hear(index)));
        let told = self
            .shown(&screen, futures::future::try_join_all(stories))
            .await;
        screen.finish();
        let mut stories = Vec::new();
        for (story, sentence) in told? {
            println!("{}: {sentence}", story.name());
            stories.push(story);
        }
        if !self.keep {
            println!("\nundeploying");
            let screen = Screen::of(subjects.iter().map(|subject| subject.name.as_str()));
            let all = stories.into_iter().map(undeployed);
            let done = self
                .shown(&screen, futures::future::try_join_all(all))
                .await;
            screen.finish();
            stories = done?;
        }
        println!("\nWhere the time went");
        for story in &stories {
            let timeline = self.client.timeline(story.name()).await?;
            print!(
                "\n{}",
                account::text(story.name(), story.chapters(), &timeline)
            );
        }
        Ok(())
    }

    async fn shown<T>(&self, screen: &Screen, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            never = screen.follow(self.client) => match never {},
            error = interrupted(self.interrupt) => Err(error),
        }
    }

    async fn deployed<'s>(
        &'s self,
        subject: &'s Subject,
        screen: &Screen,
        hear: impl Future<Output = Result<(String, String)>>,
    ) -> Result<(Story<'s>, String)> {
        let mut story = Story::of(self.client, subject);
        story.enroll().await?;
        story.make_available().await?;
        story.deploy(self.target).await?;
        screen.say(
            story.name(),
            "active · waiting for the deployed system's own report",
        );
        let sentence = story.hear(self.patience, hear).await?;
        screen.say(story.name(), "active · the deployed system has reported");
        Ok((story, sentence))
    }
}

async fn undeployed(mut story: Story<'_>) -> Result<Story<'_>> {
    story.verb("deleted", "available").await?;
    Ok(story)
}

/// Ends when the person wants all to end.
pub async fn interrupted(interrupt: &Interrupt) -> anyhow::Error {
    while !interrupt.is_set() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::anyhow!("interrupted")
}
