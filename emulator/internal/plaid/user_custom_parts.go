package plaid

import "encoding/json"

// CustomTransaction is a transaction of an account: of a custom user, or made by
// /sandbox/transactions/create. Amount is in dollars, positive when money leaves the
// account; dates are YYYY-MM-DD.
type CustomTransaction struct {
	Amount         json.Number `json:"amount"`
	Currency       string      `json:"currency,omitempty"`
	DatePosted     string      `json:"date_posted"`
	DateTransacted string      `json:"date_transacted"`
	Description    string      `json:"description"`
}

// CustomSecurity is what a holding or an investment transaction is of.
type CustomSecurity struct {
	ISIN         string `json:"isin,omitempty"`
	CUSIP        string `json:"cusip,omitempty"`
	SEDOL        string `json:"sedol,omitempty"`
	Name         string `json:"name,omitempty"`
	TickerSymbol string `json:"ticker_symbol,omitempty"`
	Currency     string `json:"currency,omitempty"`
}

// CustomHolding is a holding of an investment account. Prices and cost are in the
// currency, dates are YYYY-MM-DD.
type CustomHolding struct {
	CostBasis            json.Number    `json:"cost_basis,omitempty"`
	Currency             string         `json:"currency,omitempty"`
	InstitutionPrice     json.Number    `json:"institution_price,omitempty"`
	InstitutionPriceAsOf string         `json:"institution_price_as_of,omitempty"`
	Quantity             json.Number    `json:"quantity,omitempty"`
	Security             CustomSecurity `json:"security"`
}

// CustomInvestment is an investment transaction. Type is buy, sell, cash, fee or transfer.
type CustomInvestment struct {
	Currency string          `json:"currency,omitempty"`
	Date     string          `json:"date"`
	Fees     json.Number     `json:"fees,omitempty"`
	Name     string          `json:"name,omitempty"`
	Price    json.Number     `json:"price,omitempty"`
	Quantity json.Number     `json:"quantity,omitempty"`
	Security *CustomSecurity `json:"security,omitempty"`
	Type     string          `json:"type"`
}

// CustomMFA is what Link asks for beside the password: type is device, questions or
// selections, the rest are counts.
type CustomMFA struct {
	Type                  string      `json:"type"`
	QuestionRounds        json.Number `json:"question_rounds,omitempty"`
	QuestionsPerRound     json.Number `json:"questions_per_round,omitempty"`
	SelectionRounds       json.Number `json:"selection_rounds,omitempty"`
	SelectionsPerQuestion json.Number `json:"selections_per_question,omitempty"`
}

// CustomInflow is a regular income or payment of an account. The amount is in dollars a
// month.
type CustomInflow struct {
	Type            string      `json:"type"`
	IncomeAmount    json.Number `json:"income_amount,omitempty"`
	PaymentDay      dayOfMonth  `json:"payment_day_of_month,omitempty"`
	StatementDay    dayOfMonth  `json:"statement_day_of_month,omitempty"`
	TransactionName string      `json:"transaction_name,omitempty"`
}

// oneOrMore is a list, for which the JSON may have its only member: the schema of the OpenAPI
// file has an object, every example of Plaid's a list.
type oneOrMore[T any] []T

// UnmarshalJSON reads a list, or what stands for a list of one.
func (l *oneOrMore[T]) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] != '{' {
		return json.Unmarshal(text, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}
