package plaid

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

var (
	errInstitution   = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/INVALID_INSTITUTION")
	errCredentials   = catalogue.Must(catalogue.Plaid, "ITEM_ERROR/INVALID_CREDENTIALS")
	errPlaidError    = catalogue.Must(catalogue.Plaid, "API_ERROR/PLAID_ERROR")
	errRecaptchaBad  = catalogue.Must(catalogue.Plaid, "RECAPTCHA_ERROR/RECAPTCHA_BAD")
	errAdditionLimit = catalogue.Must(catalogue.Plaid, "RATE_LIMIT_EXCEEDED/ADDITION_LIMIT")
)

// The defaults of Sandbox logins (plaid.com/docs/sandbox/test-credentials).
const (
	userGood   = "user_good"
	passGood   = "pass_good"
	userCustom = "user_custom"
)

// firstPlatypus is the institution of most examples: First Platypus Bank.
const firstPlatypus = "ins_109508"

type sandboxOptions struct {
	OverridePassword *string         `json:"override_password"`
	OverrideUsername *string         `json:"override_username"`
	Statements       *statementRange `json:"statements"`
	Transactions     historyRange    `json:"transactions"`
	Webhook          *string         `json:"webhook"`
}

type sandboxLinkRequest struct {
	InitialProducts []string        `json:"initial_products"`
	InstitutionID   string          `json:"institution_id"`
	Options         *sandboxOptions `json:"options"`
}

type sandboxLinkResponse struct {
	PublicToken string `json:"public_token"`
	RequestID   string `json:"request_id"`
}

// sandboxPublicTokenCreate does what a user does in Link: it logs in at an institution
// and gives a public token. Errors, in order of checking: INVALID_FIELD for days_requested
// that cannot be, INVALID_INSTITUTION, PRODUCTS_NOT_SUPPORTED, then those of login.
func sandboxPublicTokenCreate(c *api.Call, req sandboxLinkRequest) (sandboxLinkResponse, error) {
	if req.Options != nil && req.Options.Statements != nil {
		if err := req.Options.Statements.check("options.statements."); err != nil {
			return sandboxLinkResponse{}, err
		}
	}
	item, err := newItem(c, req.InstitutionID, req.InitialProducts, req.Options)
	if err != nil {
		return sandboxLinkResponse{}, err
	}
	if req.Options != nil && req.Options.Statements != nil {
		req.Options.Statements.fetch(c.World, item.ID)
	}
	token, _ := newPublicToken(c.World, item.ID)
	return sandboxLinkResponse{PublicToken: token, RequestID: c.RequestID}, nil
}

type sandboxProcessorTokenCreateRequest struct {
	InstitutionID string          `json:"institution_id"`
	Options       *sandboxOptions `json:"options"`
}

// sandboxProcessorTokenCreate is for partners: an Item and a processor token for its
// first account with numbers, in one call. Errors: those of sandboxPublicTokenCreate.
func sandboxProcessorTokenCreate(c *api.Call, req sandboxProcessorTokenCreateRequest) (processorTokenResponse, error) {
	item, err := newItem(c, req.InstitutionID, []string{"auth", "identity"}, req.Options)
	if err != nil {
		return processorTokenResponse{}, err
	}
	for _, acc := range item.accounts(c.World) {
		if acc.hasNumbers() {
			token := newProcessorToken(c.World, "processor", item.ID, acc.ID, "")
			return processorTokenResponse{ProcessorToken: token, RequestID: c.RequestID}, nil
		}
	}
	return processorTokenResponse{}, errNoAuthAccounts.New()
}

type resetLoginResponse struct {
	RequestID  string `json:"request_id"`
	ResetLogin bool   `json:"reset_login"`
}

// resetLogin puts the Item into ITEM_LOGIN_REQUIRED, and tells its webhook.
func (i Item) resetLogin(w *world.World) {
	i.Error = errLoginRequired.Key()
	itemWebhook(w, &i, "ERROR", map[string]any{"error": webhookErrorOf(errLoginRequired.New())})
	items.Put(w, i.ID, i)
}

// sandboxItemResetLogin puts an Item into ITEM_LOGIN_REQUIRED and sends ITEM/ERROR
// (observed 2026-09). Errors: those of itemOf.
func sandboxItemResetLogin(c *api.Call, req accessTokenRequest) (resetLoginResponse, error) {
	item, err := itemOf(c, req.AccessToken)
	if err != nil {
		return resetLoginResponse{}, err
	}
	item.resetLogin(c.World)
	return resetLoginResponse{RequestID: c.RequestID, ResetLogin: true}, nil
}

// newItem makes an Item of a Sandbox call.
func newItem(c *api.Call, institution string, products []string, o *sandboxOptions) (Item, error) {
	l := Login{Institution: institution, User: userGood, Password: passGood, Products: products, Client: c.Client.ID}
	if o != nil {
		l.User, l.Password = textOr(o.OverrideUsername, userGood), textOr(o.OverridePassword, passGood)
		l.Webhook, l.History = textOr(o.Webhook, ""), o.Transactions
		if err := l.History.check("options.transactions."); err != nil {
			return Item{}, err
		}
	}
	item, err := l.Open(c.World)
	if err != nil && l.User == userCustom {
		if _, why := parseCustom(l.Password); why != nil {
			c.Note("user_custom: %v", why)
		}
	}
	return item, err
}

func textOr(text *string, otherwise string) string {
	if text == nil {
		return otherwise
	}
	return *text
}

// Login is what a user types into Link, and what the app asked for.
type Login struct {
	Institution string
	User        string
	Password    string
	Products    []string
	Webhook     string
	Client      string         // client_id that will own the Item; "" for any
	ClientUser  string         // client_user_id
	Alias       string         // name in a scenario
	History     historyRange   // of transactions
	Custom      map[string]any // what user_custom would type, as a value; see Given
}

// Open makes the Item of a login. Errors: those of prepare.
func (l Login) Open(w *world.World) (Item, error) {
	item, err := l.prepare(w)
	if err != nil {
		return Item{}, err
	}
	return item, l.finish(w, item)
}

// prepare returns the Item of a login, which no table has yet. Errors, in order of checking:
// INVALID_INSTITUTION, PRODUCTS_NOT_SUPPORTED, ADDITION_LIMIT in the Development environment
// (assumed: the row fits, where it stands is not public), the error that the password or the
// custom user asks for, INVALID_CREDENTIALS. The test users exist in all environments:
// nothing here is live.
func (l Login) prepare(w *world.World) (Item, error) {
	bank, ok := dataset.FindInstitution(l.Institution)
	if !ok {
		return Item{}, errInstitution.New()
	}
	if lacking := without(l.Products, bank.Products); len(lacking) > 0 {
		return Item{}, errNotSupported.New("products", quoted(lacking))
	}
	if l.exhausted(w) {
		return Item{}, errAdditionLimit.New()
	}
	item := Item{
		Alias: l.Alias, Institution: l.Institution, User: l.User, Products: sorted(slices.Clone(l.Products)),
		Webhook: l.Webhook, Created: w.Now(), Healthy: w.Now(), Client: l.Client, ClientUser: l.ClientUser,
	}
	if _, err := l.check(&item); err != nil {
		return Item{}, err
	}
	item.ID = idOf(w.Draw("item"))
	return item, nil
}

// finish keeps an Item that prepare has made, with the rule of a password later_<CODE>.
func (l Login) finish(w *world.World, item Item) error {
	if err := l.keep(w, item); err != nil {
		return err
	}
	items.Put(w, item.ID, item)
	if slices.Contains(item.Products, productTransactions) {
		startFeed(w, item, l.History)
	}
	return nil
}

// keep adds the rule of a password later_<CODE>, if it is one.
func (l Login) keep(w *world.World, item Item) error {
	later, err := l.check(&item)
	if err != nil || later == nil {
		return err
	}
	later.Where = scenario.Where{"item": scenario.Is(item.ID)}
	later.Name = "password " + l.Password + " of " + item.ID
	if _, err := rules.Add(w, *later); err != nil {
		return errCredentials.New()
	}
	return nil
}

// developmentItems is how many live Items a client could have in Plaid's Development
// environment (Plaid's Apex guide, step 6).
const developmentItems = 100

// exhausted tells whether the client has all the Items that its environment allows. Removed
// ones count (assumed).
func (l Login) exhausted(w *world.World) bool {
	if settingsOf(w).Environment != development || items.Len(w) < developmentItems {
		return false
	}
	mine := 0
	for _, item := range items.All(w) {
		if item.Client == l.Client {
			mine++
		}
	}
	return mine >= developmentItems
}

// check looks at user and password. A password later_<CODE> gives a rule for the Item.
func (l Login) check(item *Item) (*scenario.Rule, error) {
	if l.User == userCustom {
		custom, err := parseCustom(l.Password)
		if err != nil {
			return nil, errCredentials.New() // documented: a bad JSON gives INVALID_CREDENTIALS
		}
		custom.roll(dayOf(item.Created))
		item.Custom = custom
		switch {
		case custom.ForceError != "":
			return nil, forced(custom.ForceError)
		case custom.Recaptcha == "bad":
			return nil, errRecaptchaBad.New()
		}
		return nil, nil
	}
	user, ok := dataset.FindUser(l.User)
	if !ok {
		return nil, errCredentials.New()
	}
	if code, ok := strings.CutPrefix(l.Password, "error_"); ok {
		return nil, forced(code)
	}
	if spec, ok := strings.CutPrefix(l.Password, "later_"); ok {
		return laterRule(spec)
	}
	var challenge struct {
		Recaptcha string `json:"recaptcha"`
	}
	_ = json.Unmarshal([]byte(l.Password), &challenge) // most passwords are no JSON
	switch {
	case challenge.Recaptcha == "bad":
		return nil, errRecaptchaBad.New()
	case challenge.Recaptcha == "good", user.Password == "", user.Password == l.Password, l.Password == passGood,
		strings.HasPrefix(l.Password, "mfa_"): // itemCreate asks; the other calls have no dialog to do so (assumed)
		return nil, nil
	}
	return nil, errCredentials.New()
}

// forced is the error that a password or a custom user names. A code of no row, or of one
// that never is an HTTP error, is a wrong password.
func forced(code string) error {
	row, err := catalogue.At(code, "/sandbox/public_token/create")
	if err != nil {
		return errCredentials.New()
	}
	e := row.New()
	if row == errPlaidError {
		e.Status = http.StatusInternalServerError // assumed: that of the other API_ERROR
	}
	if e.Status == 0 {
		return errCredentials.New()
	}
	return e
}

// productCalls are the calls that need the bank: where later_<CODE> strikes when it
// names no path.
const productCalls scenario.Calls = "/accounts/*, /auth/*, /identity/*, /transactions/*, /investments/*, " +
	"/liabilities/*, /processor/*, /signal/*, /statements/*, /transfer/*"

// laterRule reads what follows "later_": CODE, CODE:path or CODE:path:n. The first (or
// n-th) call on the path fails once; without a path, the first call that needs the bank.
func laterRule(spec string) (*scenario.Rule, error) {
	code, rest, _ := strings.Cut(spec, ":")
	path, count, _ := strings.Cut(rest, ":")
	rule := scenario.Rule{Call: productCalls, Times: 1, Then: scenario.Error(code)}
	if path != "" {
		rule.Call = scenario.Calls(path)
	}
	if count != "" {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return nil, errCredentials.New()
		}
		rule.Skip = n - 1
	}
	if rule.Validate() != nil {
		return nil, errCredentials.New()
	}
	return &rule, nil
}

// without returns what is in list but not in all.
func without(list, all []string) []string {
	var lacking []string
	for _, x := range list {
		if !slices.Contains(all, x) {
			lacking = append(lacking, x)
		}
	}
	return lacking
}

// sorted sorts a list and drops doubles: Plaid's product lists are alphabetical.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// find returns the row of a TYPE/CODE that is known to exist.
func find(key string) *catalogue.Row { return catalogue.Find(key)[0] }

// asRow returns an error as a row's, nil for none.
func asRow(err error) *catalogue.Error {
	e, _ := err.(*catalogue.Error) //nolint:errorlint // errors here are made by rows, never wrapped
	return e
}
