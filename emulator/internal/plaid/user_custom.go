package plaid

import (
	"cmp"
	"encoding/json"
	"strconv"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/world"
)

// Custom is the JSON that user_custom types as a password (plaid.com/docs/sandbox/
// user-custom). Income is kept as it is.
type Custom struct {
	Version    json.RawMessage `json:"version,omitempty"`
	Seed       json.RawMessage `json:"seed,omitempty"` // what random data follow from
	Accounts   []CustomAccount `json:"override_accounts,omitempty"`
	MFA        *CustomMFA      `json:"mfa,omitempty"`
	Recaptcha  string          `json:"recaptcha,omitempty"`
	ForceError string          `json:"force_error,omitempty"`
}

// CustomAccount is one account of a custom user. Balances are dollars.
type CustomAccount struct {
	Type             string              `json:"type"`
	Subtype          string              `json:"subtype"`
	StartingBalance  json.Number         `json:"starting_balance,omitempty"`
	ForceAvailable   json.Number         `json:"force_available_balance,omitempty"`
	NullAvailable    bool                `json:"has_null_available_balance,omitempty"`
	Currency         string              `json:"currency,omitempty"`
	Meta             CustomMeta          `json:"meta"`
	Numbers          CustomNumbers       `json:"numbers"`
	Transactions     []CustomTransaction `json:"transactions,omitzero"` // nil: random ones
	Holdings         []CustomHolding     `json:"holdings,omitzero"`
	InvestmentEvents []CustomInvestment  `json:"investment_transactions,omitzero"`
	Identity         *CustomIdentity     `json:"identity,omitempty"`
	Liability        *CustomLiability    `json:"liability,omitempty"`
	InflowModel      *CustomInflow       `json:"inflow_model,omitempty"`
	Income           json.RawMessage     `json:"income,omitempty"`
}

// CustomMeta names an account.
type CustomMeta struct {
	Name         string      `json:"name,omitempty"`
	OfficialName string      `json:"official_name,omitempty"`
	Limit        json.Number `json:"limit,omitempty"`
	Mask         *string     `json:"mask,omitempty"`
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

// CustomIdentity is the owner of an account. What it leaves out is that of user_good; the
// names are the same for all accounts of the Item (OpenAPI file, schema OwnerOverride).
type CustomIdentity struct {
	Names        []string         `json:"names,omitempty"`
	PhoneNumbers []phoneNumber    `json:"phone_numbers,omitempty"`
	Emails       []email          `json:"emails,omitempty"`
	Addresses    []addressOfOwner `json:"addresses,omitempty"`
}

// customAccounts are the accounts that the JSON asks for.
func (i Item) customAccounts(w *world.World) []account {
	ownerFor := i.Custom.owner()
	out := make([]account, 0, len(i.Custom.Accounts))
	for n, c := range i.Custom.Accounts {
		if c.Type == typePayroll || !i.has(n) {
			continue
		}
		digits := w.Derive("number", i.ID, strconv.Itoa(n)).Text("0123456789", 12)
		a := c.account(i.accountID(w, n), digits)
		a.owners, a.custom, a.place = []owner{ownerFor(c.Identity)}, &i.Custom.Accounts[n], n
		out = append(out, a)
	}
	return out
}

// account is one account without its owner. What the JSON leaves out is made up
// (assumed): a name, a number, a mask that fits the number and, for a checking or savings
// account, the Sandbox's routing numbers.
func (c CustomAccount) account(id, digits string) account {
	n := c.Numbers
	n.Account = cmp.Or(n.Account, n.InternationalIBAN, digits) // OpenAPI file, schema Numbers
	a := account{
		ID: id, Type: c.Type, Subtype: c.Subtype, Mask: n.Account[max(0, len(n.Account)-4):],
		Name:     cmp.Or(c.Meta.Name, "Plaid "+cmp.Or(c.Subtype, c.Type)),
		Currency: cmp.Or(c.Currency, "USD"), OfficialName: orNull(c.Meta.OfficialName),
		Current: number(cmp.Or(c.StartingBalance.String(), c.worth(), "0")), Limit: number(c.Meta.Limit.String()),
		other: n,
	}
	if c.Meta.Mask != nil {
		a.Mask = *c.Meta.Mask
	}
	a.Available = number(cmp.Or(c.ForceAvailable.String(), a.Current.String()))
	if c.NullAvailable || c.Type != "depository" && c.ForceAvailable == "" {
		a.Available = nil
	}
	if n.ACHRouting != "" || c.Type == "depository" && (c.Subtype == "checking" || c.Subtype == "savings") {
		a.ach = &dataset.Numbers{
			Account: n.Account, Routing: cmp.Or(n.ACHRouting, sandboxRouting),
			WireRouting: cmp.Or(n.ACHWireRouting, sandboxWireRouting),
		}
	}
	return a
}

// The routing numbers of every Sandbox account (observed).
const (
	sandboxRouting     = "011401533"
	sandboxWireRouting = "021000021"
)

// owner returns how the owner of an account follows from its identity.
func (c *Custom) owner() func(*CustomIdentity) owner {
	user, _ := dataset.FindUser(userGood)
	standard := ownerOf(user.Person())
	for _, a := range c.Accounts {
		if a.Identity != nil && a.Identity.Names != nil {
			standard.Names = a.Identity.Names
			break
		}
	}
	return func(given *CustomIdentity) owner {
		out := standard
		if given == nil {
			return out
		}
		if given.Emails != nil {
			out.Emails = given.Emails
		}
		if given.PhoneNumbers != nil {
			out.PhoneNumbers = given.PhoneNumbers
		}
		if given.Addresses != nil {
			out.Addresses = given.Addresses
		}
		return out
	}
}

// number writes a decimal exactly as it is stored.
func number(text string) *json.Number {
	if text == "" {
		return nil
	}
	n := json.Number(text)
	return &n
}
