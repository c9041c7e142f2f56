//! Deeds of whoever is not signed in: by what was mailed to them, and by a code after their password.

use super::{Deed, Stage, form, plain};
use crate::access::Call;
use crate::support::{PASSWORD, TestClient};

pub fn deeds() -> Vec<Deed> {
    vec![
        plain("POST /sign-up/finish", "with the link that was mailed", "/chat", |stage| Box::pin(finish_sign_up(stage))),
        plain("POST /forgot-password", "of somebody", "/forgot-password/sent", |stage| Box::pin(forget_password(stage))),
        plain("POST /reset-password", "with the link that was mailed", "/reset-password/done", |stage| Box::pin(reset_password(stage))),
        plain("POST /sign-in/code", "after the password", "/chat", |stage| Box::pin(type_code(stage))),
        plain("POST /sign-in/code/again", "after the password", "/sign-in/code", |stage| Box::pin(ask_for_code_again(stage))),
        plain("POST /sign-in/email-code", "of somebody", "/sign-in/email-code/enter", |stage| Box::pin(ask_for_email_code(stage))),
        plain("POST /sign-in/email-code/enter", "with the code that was mailed", "/chat", |stage| Box::pin(enter_email_code(stage))),
    ]
}

async fn finish_sign_up(stage: &Stage) -> (TestClient, Call) {
    let (browser, email) = (stage.app.anonymous(), stage.fresh_address());
    browser.post_form("/sign-up", &[("first_name", "Grace"), ("email", &email), ("password", PASSWORD)]).await.expect(200);
    let link = "/sign-up/finish?token=";
    let token = stage.mail_to(&email, link).await.token(link);
    (browser, form("/sign-up/finish", &[("token", &token), ("password", PASSWORD)]))
}

async fn forget_password(stage: &Stage) -> (TestClient, Call) {
    let (_, email) = stage.person().await;
    (stage.app.anonymous(), form("/forgot-password", &[("email", &email)]))
}

async fn reset_password(stage: &Stage) -> (TestClient, Call) {
    let (_, email) = stage.person().await;
    let browser = stage.app.anonymous();
    browser.post_form("/forgot-password", &[("email", &email)]).await.expect_redirect("/forgot-password/sent");
    let link = "/reset-password?token=";
    let token = stage.mail_to(&email, link).await.token(link);
    (browser, form("/reset-password", &[("token", &token), ("password", "an entirely new secret")]))
}

/// A browser in which the password was typed of somebody whose second step is mailed, and their address.
async fn after_the_password(stage: &Stage) -> (TestClient, String) {
    let (_, email) = stage.person_with_mailed_step().await;
    let browser = stage.app.anonymous();
    browser.post_form("/sign-in", &[("email", &email), ("password", PASSWORD)]).await.expect_redirect("/sign-in/code");
    (browser, email)
}

async fn type_code(stage: &Stage) -> (TestClient, Call) {
    let (browser, email) = after_the_password(stage).await;
    let code = stage.code_to(&email).await;
    (browser, form("/sign-in/code", &[("code", &code)]))
}

async fn ask_for_code_again(stage: &Stage) -> (TestClient, Call) {
    let (browser, _) = after_the_password(stage).await;
    (browser, form("/sign-in/code/again", &[]))
}

async fn ask_for_email_code(stage: &Stage) -> (TestClient, Call) {
    let (_, email) = stage.person().await;
    (stage.app.anonymous(), form("/sign-in/email-code", &[("email", &email)]))
}

async fn enter_email_code(stage: &Stage) -> (TestClient, Call) {
    let (_, email) = stage.person().await;
    let browser = stage.app.anonymous();
    browser.post_form("/sign-in/email-code", &[("email", &email)]).await.expect_redirect("/sign-in/email-code/enter");
    let code = stage.code_to(&email).await;
    (browser, form("/sign-in/email-code/enter", &[("code", &code)]))
}
