package plaid

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/document"
	"tweed/emulator/internal/world"
)

// statementRange are the days of which the statements of an Item were fetched.
type statementRange struct {
	From  string `json:"start_date"`
	Until string `json:"end_date"`
}

// fetched are the ranges of an Item, in the order of fetching.
type fetched struct {
	Ranges []statementRange `json:"ranges"`
}

const productStatements = "statements"

var (
	statementsFetched = world.NewTable[fetched]("plaid.statements", 1) // by item_id
	statementsDue     = world.NewEvent[statementsRefreshed]("plaid.statements.refreshed")

	errConsent = catalogue.Must(catalogue.Plaid, "INVALID_INPUT/ADDITIONAL_CONSENT_REQUIRED")
)

func init() { statementsDue.Handle(finishStatements) }

// statementsMax is how far apart the days of a range can be: two years (OpenAPI file).
const statementsMax = 2*366 + 1

// check holds a range against the documentation; the texts are assumed but for the format.
func (r statementRange) check(prefix string) error {
	from, ok := parseDay(r.From)
	if !ok {
		return errInvalidField.Text(prefix + "start_date must be a string of the format 'YYYY-MM-DD'")
	}
	until, ok := parseDay(r.Until)
	if !ok {
		return errInvalidField.Text(prefix + "end_date must be a string of the format 'YYYY-MM-DD'")
	}
	if from > until || until-from > statementsMax {
		return errInvalidField.Text(prefix + "start_date must be before end_date, by no more than two years")
	}
	return nil
}

// fetch adds a range to what was fetched.
func (r statementRange) fetch(w *world.World, itemID string) {
	row, _ := statementsFetched.Get(w, itemID)
	row.Ranges = append(append([]statementRange{}, row.Ranges...), r)
	statementsFetched.Put(w, itemID, row)
}

// statementsOfItem is product for Statements, which no call adds to an Item: without consent
// in Link the answer is an error (observed 2026, ADDITIONAL_CONSENT_REQUIRED). Errors, in
// order of checking: those of itemOf, ADDITIONAL_CONSENT_REQUIRED, the state of the Item.
func statementsOfItem(c *api.Call, token string) (Item, error) {
	item, err := itemOf(c, token)
	if err != nil {
		return item, err
	}
	if item.lacks(productStatements) {
		return item, errConsent.Variant("statements")
	}
	return item, item.trouble(c.World)
}

// statement is one statement of an account: it is posted on the first day of a month.
type statement struct {
	id      string
	account account
	posted  day
}

// statements lists those of an account. An Item that was made without a range has the last
// three months before it (assumed).
func (i Item) statements(w *world.World, a account) []statement {
	row, ok := statementsFetched.Get(w, i.ID)
	if !ok {
		made := dayOf(i.Created)
		row.Ranges = []statementRange{{From: (made - 92).String(), Until: made.String()}}
	}
	seen, out := map[day]bool{}, []statement{}
	for _, r := range row.Ranges {
		from, _ := parseDay(r.From)
		until, _ := parseDay(r.Until)
		for posted := min(until, dayOf(w.Now())).last(1); posted >= from; posted = (posted - 1).last(1) {
			if !seen[posted] {
				seen[posted] = true
				id := idOf(w.Derive("statement", a.ID, posted.String()))
				out = append(out, statement{id: id, account: a, posted: posted})
			}
		}
	}
	return out
}

// hasStatements: accounts for payments and savings have some (assumed).
func (a account) hasStatements() bool {
	return a.Type == "depository" && (a.Subtype == "checking" || a.Subtype == "savings")
}

type statementBody struct {
	DatePosted  string `json:"date_posted"`
	Month       int    `json:"month"`
	StatementID string `json:"statement_id"`
	Year        int    `json:"year"`
}

type statementAccount struct {
	AccountID           string          `json:"account_id"`
	AccountMask         string          `json:"account_mask"`
	AccountName         string          `json:"account_name"`
	AccountOfficialName string          `json:"account_official_name"`
	AccountSubtype      string          `json:"account_subtype"`
	AccountType         string          `json:"account_type"`
	Statements          []statementBody `json:"statements"`
}

type statementsListResponse struct {
	Accounts        []statementAccount `json:"accounts"`
	InstitutionID   string             `json:"institution_id"`
	InstitutionName string             `json:"institution_name"`
	ItemID          string             `json:"item_id"`
	RequestID       string             `json:"request_id"`
}

// statementsList lists the statements that were fetched. Errors: those of statementsOfItem.
func statementsList(c *api.Call, req accessTokenRequest) (statementsListResponse, error) {
	item, err := statementsOfItem(c, req.AccessToken)
	if err != nil {
		return statementsListResponse{}, err
	}
	out := statementsListResponse{
		Accounts: []statementAccount{}, InstitutionID: item.Institution, InstitutionName: item.bank().Name,
		ItemID: item.ID, RequestID: c.RequestID,
	}
	for _, a := range item.accounts(c.World) {
		if !a.hasStatements() {
			continue
		}
		one := statementAccount{
			AccountID: a.ID, AccountMask: a.Mask, AccountName: a.Name, AccountOfficialName: textOr(a.OfficialName, a.Name),
			AccountSubtype: a.Subtype, AccountType: a.Type, Statements: []statementBody{},
		}
		for _, s := range item.statements(c.World, a) {
			year, month, _ := s.posted.start().Date()
			one.Statements = append(one.Statements, statementBody{s.posted.String(), int(month), s.id, year})
		}
		out.Accounts = append(out.Accounts, one)
	}
	return out, nil
}

type statementsDownloadRequest struct {
	AccessToken string `json:"access_token"`
	StatementID string `json:"statement_id"`
}

// statementsDownload answers with a statement as a PDF, and its SHA-256 in a header (OpenAPI
// file). Errors, in order of checking: those of statementsOfItem, INVALID_FIELD for a
// statement that is not there (assumed).
func statementsDownload(c *api.Call, req statementsDownloadRequest) (api.Raw, error) {
	item, err := statementsOfItem(c, req.AccessToken)
	if err != nil {
		return api.Raw{}, err
	}
	for _, a := range item.accounts(c.World) {
		if !a.hasStatements() {
			continue
		}
		for _, s := range item.statements(c.World, a) {
			if s.id == req.StatementID {
				text := s.pdf(item.bank().Name)
				sum := sha256.Sum256(text)
				return api.Raw{
					Type: "application/pdf", Body: text,
					Header: []api.Header{{Name: "Plaid-Content-Hash", Value: hex.EncodeToString(sum[:])}},
				}, nil
			}
		}
	}
	return api.Raw{}, errInvalidField.Text("statement_id must be a valid statement ID")
}

func (s statement) pdf(bank string) []byte {
	lines := []string{
		"TEST ONLY: made by Tweed, an emulator. No such person or money exists.",
		"Account " + s.account.Name + ", mask " + s.account.Mask, "Owner " + s.account.ownerName(),
		"Period " + (s.posted - 1).last(1).String() + " to " + (s.posted - 1).String() + ", posted " + s.posted.String(),
	}
	if s.account.Current != nil {
		lines = append(lines, "Closing balance "+s.account.Current.String()+" "+s.account.Currency)
	}
	return document.PDF(bank+": statement", lines)
}

// statementsTime is how long a refresh takes (assumed).
const statementsTime = 10 * time.Second

type statementsRefreshed struct {
	Item  string         `json:"item"`
	Range statementRange `json:"range"`
}

type statementsRefreshRequest struct {
	AccessToken string `json:"access_token"`
	statementRange
}

// statementsRefresh has the statements of further days fetched. Errors, in order of checking:
// INVALID_FIELD, those of statementsOfItem.
func statementsRefresh(c *api.Call, req statementsRefreshRequest) (requestIDResponse, error) {
	if err := req.check(""); err != nil {
		return requestIDResponse{}, err
	}
	item, err := statementsOfItem(c, req.AccessToken)
	if err != nil {
		return requestIDResponse{}, err
	}
	statementsDue.At(c.World, c.Now.Add(statementsTime), statementsRefreshed{Item: item.ID, Range: req.statementRange})
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// finishStatements is the end of a refresh (OpenAPI file, StatementsRefreshCompleteWebhook).
func finishStatements(w *world.World, done statementsRefreshed) {
	item, ok := items.Get(w, done.Item)
	if !ok || item.Removed {
		return
	}
	done.Range.fetch(w, item.ID)
	itemWebhook(w, &item, "STATEMENTS_REFRESH_COMPLETE", map[string]any{"webhook_type": "STATEMENTS", "result": "SUCCESS"})
	items.Put(w, item.ID, item)
}
