package plaid

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// Custom is the JSON that user_custom types as a password (plaid.com/docs/sandbox/
// user-custom). Transactions, holdings and the like are read and kept.
type Custom struct {
	Version    json.RawMessage `json:"version,omitempty"`
	Seed       json.RawMessage `json:"seed,omitempty"`
	Accounts   []CustomAccount `json:"override_accounts,omitempty"`
	MFA        json.RawMessage `json:"mfa,omitempty"`
	Recaptcha  string          `json:"recaptcha,omitempty"`
	ForceError string          `json:"force_error,omitempty"`
}

// CustomAccount is one account of a custom user. Balances are dollars.
type CustomAccount struct {
	Type             string          `json:"type"`
	Subtype          string          `json:"subtype"`
	StartingBalance  json.Number     `json:"starting_balance,omitempty"`
	ForceAvailable   json.Number     `json:"force_available_balance,omitempty"`
	NullAvailable    bool            `json:"has_null_available_balance,omitempty"`
	Currency         string          `json:"currency,omitempty"`
	Meta             CustomMeta      `json:"meta"`
	Numbers          CustomNumbers   `json:"numbers"`
	Transactions     json.RawMessage `json:"transactions,omitempty"`
	Holdings         json.RawMessage `json:"holdings,omitempty"`
	InvestmentEvents json.RawMessage `json:"investment_transactions,omitempty"`
	Identity         *CustomIdentity `json:"identity,omitempty"`
	Liability        json.RawMessage `json:"liability,omitempty"`
	InflowModel      json.RawMessage `json:"inflow_model,omitempty"`
	Income           json.RawMessage `json:"income,omitempty"`
}

// CustomMeta names an account.
type CustomMeta struct {
	Name         string      `json:"name,omitempty"`
	OfficialName string      `json:"official_name,omitempty"`
	Limit        json.Number `json:"limit,omitempty"`
	Mask         string      `json:"mask,omitempty"`
}

// CustomNumbers are an account's numbers in the four systems.
type CustomNumbers struct {
	Account           string `json:"account,omitempty"`
	ACHRouting        string `json:"ach_routing,omitempty"`
	ACHWireRouting    string `json:"ach_wire_routing,omitempty"`
	EFTInstitution    string `json:"eft_institution,omitempty"`
	EFTBranch         string `json:"eft_branch,omitempty"`
	InternationalBIC  string `json:"international_bic,omitempty"`
	InternationalIBAN string `json:"international_iban,omitempty"`
	BACSSortCode      string `json:"bacs_sort_code,omitempty"`
}

// CustomIdentity is the owner of an account.
type CustomIdentity struct {
	Names        []string         `json:"names,omitempty"`
	PhoneNumbers []phoneNumber    `json:"phone_numbers,omitempty"`
	Emails       []email          `json:"emails,omitempty"`
	Addresses    []addressOfOwner `json:"addresses,omitempty"`
}

// The documented limits of the JSON.
const (
	customMaxBytes    = 55_000
	customMaxAccounts = 10
)

var (
	errCustomTooLarge = errors.New("the JSON of user_custom is larger than 55 kB")
	errCustomAccounts = errors.New("user_custom has more than 10 accounts")
)

// parseCustom reads the JSON. Members that it does not know are left aside. Version and
// seed at the top are accepted, as documented (a note of 2026-09 says otherwise).
func parseCustom(text string) (*Custom, error) {
	if len(text) > customMaxBytes {
		return nil, errCustomTooLarge
	}
	var custom Custom
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&custom); err != nil {
		return nil, err
	}
	if len(custom.Accounts) > customMaxAccounts {
		return nil, errCustomAccounts
	}
	return &custom, nil
}

// customAccounts are the accounts that the JSON asks for. What it leaves out is made up
// from the Item (assumed): a mask, a name, an account number and, for a checking or
// savings account, the Sandbox's routing numbers.
func (i Item) customAccounts(w *world.World) []account {
	out := make([]account, len(i.Custom.Accounts))
	for n, c := range i.Custom.Accounts {
		id := i.accountID(w, n)
		digits := w.Derive("number", i.ID, strconv.Itoa(n)).Text("0123456789", 12)
		a := account{
			ID: id, Type: c.Type, Subtype: c.Subtype, Mask: textElse(c.Meta.Mask, digits[8:]),
			Name: textElse(c.Meta.Name, "Plaid "+c.Subtype), Currency: textElse(c.Currency, "USD"),
			Current: number(textElse(c.StartingBalance.String(), "0")), Limit: number(c.Meta.Limit.String()),
			other: c.Numbers, owners: c.owners(),
		}
		a.Available = number(textElse(c.ForceAvailable.String(), a.Current.String()))
		if c.NullAvailable || c.Type != "depository" && c.ForceAvailable == "" {
			a.Available = nil
		}
		if c.Meta.OfficialName != "" {
			a.OfficialName = &i.Custom.Accounts[n].Meta.OfficialName
		}
		if c.Numbers.ACHRouting != "" || c.Type == "depository" && (c.Subtype == "checking" || c.Subtype == "savings") {
			a.ach = &dataset.Numbers{
				Account: textElse(c.Numbers.Account, digits), Routing: textElse(c.Numbers.ACHRouting, sandboxRouting),
				WireRouting: textElse(c.Numbers.ACHWireRouting, sandboxWireRouting),
			}
		}
		out[n] = a
	}
	return out
}

// The routing numbers of every Sandbox account (observed).
const (
	sandboxRouting     = "011401533"
	sandboxWireRouting = "021000021"
)

func textElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (c CustomAccount) owners() []owner {
	if c.Identity == nil {
		user, _ := dataset.FindUser(userGood)
		return []owner{ownerOf(user.Person())}
	}
	out := owner{
		Names: orEmpty(c.Identity.Names), Emails: c.Identity.Emails,
		PhoneNumbers: c.Identity.PhoneNumbers, Addresses: c.Identity.Addresses,
	}
	if out.Emails == nil {
		out.Emails = []email{}
	}
	if out.PhoneNumbers == nil {
		out.PhoneNumbers = []phoneNumber{}
	}
	if out.Addresses == nil {
		out.Addresses = []addressOfOwner{}
	}
	return []owner{out}
}
