package sentinel

import (
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/world"
)

var (
	errTokenUnknown     = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_UNKNOWN")
	errTokenRemoved     = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_ITEM_REMOVED")
	errTokenLogin       = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_LOGIN_REQUIRED")
	errTokenProcessor   = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_OTHER_PROCESSOR")
	errTokenEnvironment = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_OTHER_ENVIRONMENT")
	errTokenNoAuth      = catalogue.Must(catalogue.Sentinel, "PROCESSOR_TOKEN_NO_AUTH")
)

// bankAccount is the account at the customer's bank.
type bankAccount struct {
	Number  string `json:"number"`
	Routing string `json:"routing"`
	Type    string `json:"type"` // CHECKING or SAVINGS
	Owner   string `json:"owner"`
	Token   string `json:"token,omitempty"` // the Plaid processor token that it came with
}

// The types of bank accounts.
const (
	checking = "CHECKING"
	savings  = "SAVINGS"
)

// savingsSubtypes are Plaid's subtypes that become SAVINGS; all other ones with numbers are CHECKING (assumed).
var savingsSubtypes = []string{"savings", "money market", "cd", "hsa"}

// tokenIn finds the Plaid processor token of a request, under the name that the scenario assumes or else under any of
// the default ones. It returns the name, and the first of the names when there is no token.
func tokenIn(w *world.World, fields map[string]any) (token, name string) {
	names := assumed(w, tokenField)
	for _, name := range names {
		if token, _ := fields[name].(string); token != "" {
			return token, name
		}
	}
	return "", names[0]
}

// bankOf finds the bank account of a create request: at Plaid's side with a processor token, in the request without
// one. Errors, in order of checking: VALIDATION_FAILED for an approval method that is unknown or does not fit;
// PROCESSOR_TOKEN_*; VALIDATION_FAILED for the fields of the bank account.
func bankOf(c *api.Call, method string) (bankAccount, error) {
	token, name := tokenIn(c.World, c.Body.Fields)
	methods := assumed(c.World, tokenMethod)
	withToken := slices.Contains(methods, method)
	switch {
	case !withToken && !slices.Contains(plainMethods, method):
		return bankAccount{}, invalid("approvalMethod", "must be one of "+strings.Join(allMethods(methods), ", "))
	case token != "" && !withToken:
		return bankAccount{}, invalid("approvalMethod", "must be "+strings.Join(methods, " or ")+" when there is a "+name)
	case token != "":
		return bankAtPlaid(c, token)
	case !slices.Contains(plainMethods, method):
		noteAlias(c, name)
		return bankAccount{}, invalid(name, "is required for approvalMethod "+method)
	}
	return bankInRequest(c)
}

// allMethods are the approval methods without a token and those with one, in this order.
func allMethods(withToken []string) []string {
	all := slices.Clone(plainMethods)
	for _, method := range withToken {
		if !slices.Contains(all, method) {
			all = append(all, method)
		}
	}
	return all
}

// noteAlias tells the journal of a token under a name that the scenario does not assume.
func noteAlias(c *api.Call, name string) {
	for _, alias := range defaultTokenFields {
		if c.Body.Text(alias) != "" {
			c.Note("the request has %s, but the scenario assumes the Plaid processor token under %s", alias, name)
		}
	}
}

// bankAtPlaid resolves a processor token. What the request says about the bank account beside it is not used: that
// Plaid's data win is assumed. A name of the owner that Plaid does not know comes from the request.
func bankAtPlaid(c *api.Call, token string) (bankAccount, error) {
	found, problem, detail := plaid.BankOf(c.World, token)
	if problem != "" {
		if detail != "" {
			c.Note("the processor token: %s (%s)", problem, detail)
		}
		return bankAccount{}, tokenError(c.World, problem, detail)
	}
	bank := bankAccount{Number: found.Number, Routing: found.Routing, Type: checking, Owner: found.Owner, Token: token}
	if slices.Contains(savingsSubtypes, found.Type) {
		bank.Type = savings
	}
	if bank.Owner == "" {
		bank.Owner = c.Body.Text("bankAccountOwnerName")
	}
	for _, field := range []struct{ name, plaid string }{
		{"bankAccount", bank.Number},
		{"bankRoutingNumber", bank.Routing},
		{"bankAccountType", bank.Type},
		{"bankAccountOwnerName", bank.Owner},
	} {
		if sent := c.Body.Text(field.name); sent != "" && sent != field.plaid {
			c.Note("%s differs from what Plaid says of the processor token; Plaid's is used", field.name)
		}
	}
	return bank, nil
}

func tokenError(w *world.World, problem plaid.TokenFault, detail string) error {
	switch problem {
	case plaid.TokenItemRemoved:
		return errTokenRemoved.New()
	case plaid.TokenLoginRequired:
		return errTokenLogin.New("code", detail)
	case plaid.TokenOtherProcessor:
		return errTokenProcessor.New("processor", detail)
	case plaid.TokenOtherEnvironment:
		return errTokenEnvironment.New("got", detail, "expected", plaid.EnvironmentOf(w))
	case plaid.TokenNoPermission:
		return errTokenNoAuth.Variant("permissions", "product", detail)
	case plaid.TokenNoNumbers:
		return errTokenNoAuth.New()
	case plaid.TokenUnknown:
	}
	return errTokenUnknown.New()
}

// bankInRequest takes the fields that the form without a token needs (klane67/apex_clearing: all of them are
// required). Their forms have been checked.
func bankInRequest(c *api.Call) (bankAccount, error) {
	var missing []string
	for _, name := range []string{"bankRoutingNumber", "bankAccount", "bankAccountOwnerName", "bankAccountType"} {
		if c.Body.Text(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return bankAccount{}, invalid(strings.Join(missing, ", "), "is required")
	}
	routing := c.Body.Text("bankRoutingNumber")
	if err := nacha.ValidRouting(routing); err != nil {
		return bankAccount{}, invalid("bankRoutingNumber", "is wrong: "+err.Error())
	}
	return bankAccount{
		Number: c.Body.Text("bankAccount"), Routing: routing,
		Type: c.Body.Text("bankAccountType"), Owner: c.Body.Text("bankAccountOwnerName"),
	}, nil
}

// masked hides an account number but for its last digits: four, and at most half of them. Sentinel's form of the mask
// is not public; eight stars are how Tradier shows a number of Apex.
func (b bankAccount) masked() string { return "********" + b.last4() }

func (b bankAccount) last4() string {
	all := []rune(b.Number)
	return string(all[len(all)-min(4, len(all)/2):])
}
