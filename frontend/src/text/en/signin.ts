/** Signing in and accepting an invitation. */
export const signin = {
  signIn: {
    title: "Sign in",
    email: "E-mail address",
    password: "Password",
    submit: "Sign in",
    company: "Company",
    chooseCompany: "Your address is known in several companies. Which one?",
    help: "No account yet? An administrator of your company can invite you. The very first password was shown when the hub started for the first time.",
  },
  invitation: {
    title: "Accept the invitation",
    name: "Your name",
    password: "New password",
    submit: "Become a user",
    done: "You are a user now. Sign in with your e-mail address and the password you chose.",
    noToken: "The address has no invitation in it. Open the link just as it was given to you.",
  },
};
