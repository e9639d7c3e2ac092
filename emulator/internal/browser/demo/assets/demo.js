// The demo: the guide's two buttons, and what an app does with what Link gives.
import { Card } from "./card.js";
import { STEPS, Walk } from "./walk.js";

const world = new URLSearchParams(location.search).get("world") || "demo";
const form = document.getElementById("settings");
const settings = () => ({ world, ...Object.fromEntries(new FormData(form)) });

const status = document.querySelector("[data-testid=status]");
const say = (text) => { status.textContent = text; };

const link = new Card({ id: "link", title: "Link", about: "The user signs in and chooses an account.", labels: ["Events", "Result"] });
document.querySelector("[data-testid=steps-page]").append(link.node);
const cards = STEPS.map((step) => new Card(step));
document.querySelector("[data-testid=steps-server]").append(...cards.map((card) => card.node));
document.querySelector("[data-testid=world]").textContent = world;

let walk = null;
let told = [];

// begun clears what an earlier click has left.
function begun() {
  if (walk) walk.stop();
  walk = null;
  told = [];
  [link, ...cards].forEach((card) => card.clear());
  link.running();
  say("Link is open.");
}

function events(name, metadata) {
  told.push(metadata.view_name ? `${name} ${metadata.view_name}` : name);
  link.left(told.join("\n"));
}

// What follows is the guide's code: one handler, two buttons.
function create() {
  return Plaid.create({
    apiVersion: "v2",
    selectAccount: true,
    env: "sandbox",
    clientName: "Tweed demo",
    key: `${settings().key}@${world}`,
    product: ["auth"],
    onLoad: () => { document.body.dataset.link = "loaded"; },
    onSuccess: (public_token, metadata) => {
      link.done("onSuccess", { public_token, metadata });
      walk = new Walk(settings(), cards, say);
      walk.run({ public_token, account_id: metadata.account_id });
    },
    onExit: (error, metadata) => {
      link.failed("onExit", { error, metadata });
      say(error ? `Link ended with ${error.error_code}. Open it again to go on.` : "Link was closed. Open it again to go on.");
    },
    onEvent: events,
  });
}

let linkHandler = create();
form.elements.key.addEventListener("change", () => {
  linkHandler.destroy?.();
  linkHandler = create();
});
form.addEventListener("submit", (event) => event.preventDefault());

// Trigger the Bank of America login view directly
document.getElementById("bofaButton").onclick = () => {
  begun();
  linkHandler.open("ins_1");
};

// Trigger the standard Institution Select view
document.getElementById("linkButton").onclick = () => {
  begun();
  linkHandler.open();
};
