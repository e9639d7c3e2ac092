package plaid

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// idAlphabet has the 58 characters that Plaid's ids are made of: digits and letters
// without 0, 2, O and Y (3,726 ids counted in plaid-ruby's VCR cassettes).
const idAlphabet = "13456789ABCDEFGHIJKLMNPQRSTUVWXZabcdefghijklmnopqrstuvwxyz"

// idOf formats bytes as an item_id or account_id: 37 characters, and 38 for one in 25
// (observed: 1 to 8 % of ids are longer, which breaks columns of exactly 37).
func idOf(b world.Bytes) string {
	length := 37
	if b.Number(25) == 0 {
		length = 38
	}
	return b.Text(idAlphabet, length)
}

// newToken makes a token of Plaid's form: <kind>-<environment>-<uuid v4>.
func newToken(w *world.World, kind string) string {
	return kind + "-" + settingsOf(w).Environment + "-" + w.UUID(kind)
}

// The middle parts of tokens.
const (
	sandbox     = "sandbox"
	development = "development"
	production  = "production"
)

var environments = []string{sandbox, development, production}

// uuidLength is the length of a UUID with its hyphens.
const uuidLength = 36

// parts takes a token of the form <kind>-<environment>-<uuid> apart. It returns false for
// any other text.
func parts(token string) (kind, env string, ok bool) {
	kind, rest, _ := strings.Cut(token, "-")
	env, id, _ := strings.Cut(rest, "-")
	ok = kind != "" && !strings.ContainsFunc(kind, noLetter) && slices.Contains(environments, env) &&
		len(id) == uuidLength && uuid.Validate(id) == nil && strings.ToLower(token) == token
	return kind, env, ok
}

func noLetter(r rune) bool { return r < 'a' || r > 'z' }

// fault is what is wrong with a token before it is looked up.
type fault struct{ variant, expected, got string }

// inspect looks at a token's form: its shape, its kind and its environment.
func inspect(w *world.World, kind, token string) *fault {
	gotKind, gotEnv, ok := parts(token)
	env := settingsOf(w).Environment
	switch {
	case !ok:
		return &fault{variant: "malformed"}
	case gotKind != kind:
		return &fault{"wrong_type", kind, gotKind}
	case gotEnv != env:
		return &fault{"wrong_environment", env, gotEnv}
	}
	return nil
}

var (
	errAccessToken    = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_ACCESS_TOKEN")
	errPublicToken    = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_PUBLIC_TOKEN")
	errProcessorToken = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_PROCESSOR_TOKEN")
	errAccountID      = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_ACCOUNT_ID")
	errItemNotFound   = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/ITEM_NOT_FOUND")
	errLoginRequired  = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/ITEM_LOGIN_REQUIRED")
	errNotSupported   = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/PRODUCTS_NOT_SUPPORTED")
	errNoAuthAccounts = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/NO_AUTH_ACCOUNTS")
)

// itemOf resolves an access token, whatever state its Item is in. Errors, in order of
// checking: INVALID_ACCESS_TOKEN (form, kind, environment, unknown, another client's),
// ITEM_NOT_FOUND for a removed Item.
func itemOf(c *api.Call, token string) (Item, error) {
	if f := inspect(c.World, "access", token); f != nil {
		return Item{}, errAccessToken.Variant(f.variant, "expected", f.expected, "got", f.got)
	}
	item, ok := itemByToken.First(c.World, token)
	if !ok || item.Client != "" && item.Client != c.Client.ID {
		return Item{}, errAccessToken.Variant("unknown")
	}
	if item.Removed {
		return Item{}, errItemNotFound.New()
	}
	return item, nil
}

// healthyItem is itemOf for calls that need the bank: an Item in an error state answers
// with that error.
func healthyItem(c *api.Call, token string) (Item, error) {
	item, err := itemOf(c, token)
	if err != nil {
		return item, err
	}
	return item, item.trouble(c.World)
}

// product is itemOf for a call that belongs to a product. A product that the Item lacks
// is added if the institution has it (plaid.com/docs/api/items: calling a product's
// endpoint adds it). Errors, in order of checking: those of itemOf, those of Item.use.
func product(c *api.Call, token, name string) (Item, error) {
	item, err := itemOf(c, token)
	if err != nil {
		return item, err
	}
	return item.use(c.World, name)
}

// keyOf tells JSON values apart.
func keyOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic("plaid: " + err.Error()) // it was decoded from JSON
	}
	return string(text)
}

// quoted writes a list as Plaid does inside an error text: ["a", "b"].
func quoted(list []string) string { return `["` + strings.Join(list, `", "`) + `"]` }
