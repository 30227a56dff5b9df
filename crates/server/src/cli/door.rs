//! The way to a service's data: through the running service, or alone under the folder's lock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use domain::audit::Actor;

use crate::admin::{self, Answer, Request};
use crate::clock::System;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::secrets::Secrets;
use crate::service::Service;
use crate::settings::Settings;

/// Where the commands of the machine's own people are answered.
pub(super) enum Door {
    /// A service runs on this folder and answers.
    Running(PathBuf),
    /// None runs; the folder's lock is held meanwhile.
    Alone(Box<Service>, DataFolder),
}

impl Door {
    /// Finds the way into a data folder.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub(super) async fn open(data: &Path) -> anyhow::Result<Self> {
        if !data.is_dir() {
            bail!("{} does not exist. Make it with `teduh init`", data.display());
        }
        let folder = match DataFolder::open(data) {
            Ok(folder) => folder,
            Err(DataFolderError::InUse(path)) => return Ok(Self::Running(path)),
            Err(error) => return Err(error.into()),
        };
        let settings = Settings::read(folder.path())?;
        let secrets = Secrets::read(folder.path())?;
        let (clock, random) = (Arc::new(System), Arc::new(System));
        let service = Service::open(folder.path(), settings, secrets, clock, random).await?;
        Ok(Self::Alone(Box::new(service), folder))
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    /// Says why it was refused, or that nobody answers.
    pub(super) async fn ask(&self, request: Request) -> anyhow::Result<Answer> {
        let answer = match self {
            Self::Running(data) => admin::ask(data, &request).await?,
            Self::Alone(service, _) => {
                admin::answer(&service.app, request, Actor::Cli(admin::own_user())).await
            }
        };
        match answer {
            Answer::Refused { why } => bail!(why),
            answer => Ok(answer),
        }
    }

    /// Lets the folder go.
    pub(super) async fn close(self) {
        if let Self::Alone(service, _folder) = self {
            service.close().await;
        }
    }
}
