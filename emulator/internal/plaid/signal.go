package plaid

import (
	"encoding/json"
	"math"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

const productSignal = "signal"

// signalTransaction is a planned ACH debit that was evaluated.
type signalTransaction struct {
	Account    string      `json:"account"`
	Amount     json.Number `json:"amount"`
	Initiated  *bool       `json:"initiated,omitempty"`   // as reported
	ReturnCode string      `json:"return_code,omitempty"` // as reported
}

var (
	signalTransactions = world.NewTable[signalTransaction]("plaid.signal", 1) // by client_id/client_transaction_id

	errSignalInUse        = catalogue.Must(catalogue.Plaid, "SIGNAL_ERROR/CLIENT_TRANSACTION_ID_ALREADY_IN_USE")
	errSignalNotInitiated = catalogue.Must(catalogue.Plaid, "SIGNAL_ERROR/SIGNAL_TRANSACTION_NOT_INITIATED")
)

func signalKey(c *api.Call, id string) string { return c.Client.ID + "/" + id }

type returnRisk struct {
	RiskTier int `json:"risk_tier"`
	Score    int `json:"score"`
}

type signalScores struct {
	BankInitiated     returnRisk `json:"bank_initiated_return_risk"`
	CustomerInitiated returnRisk `json:"customer_initiated_return_risk"`
}

type coreAttributes struct {
	AvailableBalance              *json.Number `json:"available_balance"`
	CurrentBalance                *json.Number `json:"current_balance"`
	DaysSinceFirstPlaidConnection int          `json:"days_since_first_plaid_connection"`
	IsSavingsOrMoneyMarketAccount bool         `json:"is_savings_or_money_market_account"`
	PlaidConnectionsCount30d      int          `json:"plaid_connections_count_30d"`
	PlaidConnectionsCount7d       int          `json:"plaid_connections_count_7d"`
	TotalPlaidConnectionsCount    int          `json:"total_plaid_connections_count"`
}

type rulesetResult struct {
	Result               string         `json:"result"`
	RulesetKey           string         `json:"ruleset_key"`
	TriggeredRuleDetails map[string]any `json:"triggered_rule_details"`
}

// The scores of Signal's risk, and its tiers (OpenAPI file: 1 to 99, 8 tiers for returns by
// the bank, 5 for returns by the customer).
const (
	scoreMax      = 99
	bankTiers     = 8
	customerTiers = 5
)

func tierOf(score, tiers int) int { return min(1+score*tiers/(scoreMax+1), tiers) }

// signalOf is the risk of a debit from an account (Tweed's own rule; Plaid's model is not
// public): the bank returns it the more likely the more of the available balance it takes, and
// certainly if it takes more; the customer's risk is a small one of the account's own.
func signalOf(w *world.World, a account, amount float64) signalScores {
	told := a.Available
	if told == nil {
		told = a.Current
	}
	bank := scoreMax
	if told != nil {
		if have, err := told.Float64(); err == nil && have > 0 && amount <= have {
			bank = 1 + int(math.Floor(amount/have*70))
		}
	}
	customer := 1 + int(w.Derive("signal", a.ID).Number(20))
	return signalScores{
		BankInitiated:     returnRisk{tierOf(bank, bankTiers), bank},
		CustomerInitiated: returnRisk{tierOf(customer, customerTiers), customer},
	}
}

// result is what the default ruleset says (assumed: its rules are made in Plaid's dashboard).
func (s signalScores) result() (result, note string) {
	switch {
	case s.BankInitiated.RiskTier >= bankTiers:
		return "REROUTE", "The amount is more than the available balance"
	case s.BankInitiated.RiskTier >= bankTiers-2:
		return "REVIEW", "The amount is most of the available balance"
	}
	return "ACCEPT", ""
}

// signalQuery is what is asked about a debit, whoever asks.
type signalQuery struct {
	Amount              json.Number `json:"amount"`
	ClientTransactionID string      `json:"client_transaction_id"`
	RulesetKey          *string     `json:"ruleset_key"`
	RiskProfileKey      *string     `json:"risk_profile_key"`
}

type signalResponse struct {
	CoreAttributes coreAttributes `json:"core_attributes"`
	RequestID      string         `json:"request_id"`
	Ruleset        rulesetResult  `json:"ruleset"`
	Scores         signalScores   `json:"scores"`
	Warnings       []struct{}     `json:"warnings"`
}

// check holds a query against the documentation (OpenAPI file: the id has at most 36
// characters); the texts are assumed.
func (q signalQuery) check() (float64, error) {
	amount, err := q.Amount.Float64()
	if err != nil || amount <= 0 {
		return 0, errInvalidField.Text("amount must be a positive number")
	}
	if n := len(q.ClientTransactionID); n == 0 || n > 36 {
		return 0, errInvalidField.Text("client_transaction_id must be a string of 1 to 36 characters")
	}
	return amount, nil
}

// evaluate answers for an account and keeps the transaction. Errors:
// CLIENT_TRANSACTION_ID_ALREADY_IN_USE.
func (q signalQuery) evaluate(c *api.Call, item Item, a account, amount float64) (signalResponse, error) {
	key := signalKey(c, q.ClientTransactionID)
	if _, taken := signalTransactions.Get(c.World, key); taken {
		return signalResponse{}, errSignalInUse.New()
	}
	signalTransactions.Put(c.World, key, signalTransaction{Account: a.ID, Amount: q.Amount})
	scores := signalOf(c.World, a, amount)
	out := signalResponse{
		RequestID: c.RequestID, Scores: scores, Warnings: []struct{}{},
		CoreAttributes: coreAttributes{
			AvailableBalance: a.Available, CurrentBalance: a.Current,
			DaysSinceFirstPlaidConnection: int(dayOf(c.Now) - dayOf(item.Created)),
			IsSavingsOrMoneyMarketAccount: a.Subtype == "savings" || a.Subtype == "money market",
			TotalPlaidConnectionsCount:    1,
		},
	}
	if days := out.CoreAttributes.DaysSinceFirstPlaidConnection; days <= 30 {
		out.CoreAttributes.PlaidConnectionsCount30d = 1
		if days <= 7 {
			out.CoreAttributes.PlaidConnectionsCount7d = 1
		}
	}
	var note string
	out.Ruleset.Result, note = scores.result()
	out.Ruleset.RulesetKey = textOr(q.RulesetKey, textOr(q.RiskProfileKey, "default"))
	out.Ruleset.TriggeredRuleDetails = map[string]any{}
	if note != "" {
		out.Ruleset.TriggeredRuleDetails["internal_note"] = note
	}
	return out, nil
}

type signalEvaluateRequest struct {
	AccessToken string `json:"access_token"`
	AccountID   string `json:"account_id"`
	signalQuery
}

// signalEvaluate tells how likely a debit comes back. Errors, in order of checking:
// INVALID_FIELD, those of product, INVALID_ACCOUNT_ID, those of evaluate.
func signalEvaluate(c *api.Call, req signalEvaluateRequest) (signalResponse, error) {
	amount, err := req.check()
	if err != nil {
		return signalResponse{}, err
	}
	item, err := product(c, req.AccessToken, productSignal)
	if err != nil {
		return signalResponse{}, err
	}
	acc, ok := item.account(c.World, req.AccountID)
	if !ok {
		return signalResponse{}, errAccountID.New()
	}
	return req.evaluate(c, item, acc, amount)
}

type processorSignalRequest struct {
	ProcessorToken string `json:"processor_token"`
	signalQuery
}

// processorSignalEvaluate is signalEvaluate for the token's account. Errors, in order of
// checking: INVALID_FIELD, those of byProcessorToken, those of evaluate.
func processorSignalEvaluate(c *api.Call, req processorSignalRequest) (signalResponse, error) {
	amount, err := req.check()
	if err != nil {
		return signalResponse{}, err
	}
	item, acc, err := byProcessorToken(c, req.ProcessorToken, productSignal)
	if err != nil {
		return signalResponse{}, err
	}
	return req.evaluate(c, item, acc, amount)
}

// signalReport is what is told about a transaction later.
type signalReport struct {
	ClientTransactionID string `json:"client_transaction_id"`
	Initiated           bool   `json:"initiated"`
	ReturnCode          string `json:"return_code"`
}

// transaction finds what is reported of. The error for one that was never evaluated is
// assumed.
func (r signalReport) transaction(c *api.Call) (signalTransaction, error) {
	row, ok := signalTransactions.Get(c.World, signalKey(c, r.ClientTransactionID))
	if !ok {
		return row, errInvalidField.Text("client_transaction_id must be that of a transaction that was evaluated")
	}
	return row, nil
}

// decide keeps whether the transaction was initiated. A later report corrects an earlier one
// (OpenAPI file).
func (r signalReport) decide(c *api.Call) (requestIDResponse, error) {
	row, err := r.transaction(c)
	if err != nil {
		return requestIDResponse{}, err
	}
	row.Initiated = &r.Initiated
	signalTransactions.Put(c.World, signalKey(c, r.ClientTransactionID), row)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// returned keeps that the transaction came back. Errors, in order of checking: INVALID_FIELD
// for a code that is none (documented, text assumed) and for an unknown transaction,
// SIGNAL_TRANSACTION_NOT_INITIATED.
func (r signalReport) returned(c *api.Call) (requestIDResponse, error) {
	if _, ok := nacha.FindReturn(r.ReturnCode); !ok {
		return requestIDResponse{}, errInvalidField.Text("return_code must be a valid ACH return code")
	}
	row, err := r.transaction(c)
	if err != nil {
		return requestIDResponse{}, err
	}
	if row.Initiated != nil && !*row.Initiated {
		return requestIDResponse{}, errSignalNotInitiated.New()
	}
	row.ReturnCode = r.ReturnCode
	signalTransactions.Put(c.World, signalKey(c, r.ClientTransactionID), row)
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// signalDecisionReport tells Plaid what became of an evaluation. Errors: those of transaction.
func signalDecisionReport(c *api.Call, req signalReport) (requestIDResponse, error) {
	return req.decide(c)
}

// signalReturnReport tells Plaid of a return. Errors: those of returned.
func signalReturnReport(c *api.Call, req signalReport) (requestIDResponse, error) {
	return req.returned(c)
}

type processorSignalReport struct {
	ProcessorToken string `json:"processor_token"`
	signalReport
}

// processorSignalDecisionReport is signalDecisionReport for a partner. Errors, in order of
// checking: those of byProcessorToken, those of transaction.
func processorSignalDecisionReport(c *api.Call, req processorSignalReport) (requestIDResponse, error) {
	if _, _, err := byProcessorToken(c, req.ProcessorToken, productSignal); err != nil {
		return requestIDResponse{}, err
	}
	return req.decide(c)
}

// processorSignalReturnReport is signalReturnReport for a partner. Errors, in order of
// checking: those of byProcessorToken, those of returned.
func processorSignalReturnReport(c *api.Call, req processorSignalReport) (requestIDResponse, error) {
	if _, _, err := byProcessorToken(c, req.ProcessorToken, productSignal); err != nil {
		return requestIDResponse{}, err
	}
	return req.returned(c)
}

// signalPrepare adds Signal to the Item; one that has it stays as it is. Errors: those of
// product.
func signalPrepare(c *api.Call, req accessTokenRequest) (requestIDResponse, error) {
	if _, err := product(c, req.AccessToken, productSignal); err != nil {
		return requestIDResponse{}, err
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}

// processorSignalPrepare is signalPrepare for a partner. Errors: those of byProcessorToken.
func processorSignalPrepare(c *api.Call, req processorRequest) (requestIDResponse, error) {
	if _, _, err := byProcessorToken(c, req.ProcessorToken, productSignal); err != nil {
		return requestIDResponse{}, err
	}
	return requestIDResponse{RequestID: c.RequestID}, nil
}
