package plaid

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

const productIncome = "income_verification"

var errIncomeNotFound = catalogue.Must(catalogue.Plaid, "INCOME_VERIFICATION_ERROR/INCOME_VERIFICATION_NOT_FOUND")

type precheckRequest struct {
	Employer *struct {
		Name string `json:"name"`
	} `json:"employer"`
	PayrollInstitution *struct {
		Name string `json:"name"`
	} `json:"payroll_institution"`
	USMilitaryInfo *struct {
		IsActiveDuty *bool `json:"is_active_duty"`
	} `json:"us_military_info"`
}

type precheckResponse struct {
	Confidence string `json:"confidence"`
	PrecheckID string `json:"precheck_id"`
	RequestID  string `json:"request_id"`
}

// precheckIDLength is that of the OpenAPI file's example.
const precheckIDLength = 10

// incomeVerificationPrecheck says whether payroll income can be had: with confidence for who
// names an employer, a payroll institution or active duty (plaid-go's test has HIGH for an
// employer's name), UNKNOWN for all others (assumed).
func incomeVerificationPrecheck(c *api.Call, req precheckRequest) (precheckResponse, error) {
	confidence := "UNKNOWN"
	if req.Employer != nil && req.Employer.Name != "" ||
		req.PayrollInstitution != nil && req.PayrollInstitution.Name != "" ||
		req.USMilitaryInfo != nil && req.USMilitaryInfo.IsActiveDuty != nil && *req.USMilitaryInfo.IsActiveDuty {
		confidence = "HIGH"
	}
	return precheckResponse{
		Confidence: confidence, PrecheckID: c.World.Draw("precheck").Text(idAlphabet, precheckIDLength),
		RequestID: c.RequestID,
	}, nil
}

// payLine is one line of a paystub, with what came together since January.
type payLine struct {
	CanonicalDescription   string       `json:"canonical_description,omitempty"`
	CurrentAmount          *json.Number `json:"current_amount"`
	Description            string       `json:"description,omitempty"`
	Hours                  *json.Number `json:"hours,omitempty"`
	ISOCurrencyCode        *string      `json:"iso_currency_code"`
	Rate                   *json.Number `json:"rate,omitempty"`
	UnofficialCurrencyCode *string      `json:"unofficial_currency_code"`
	YTDAmount              *json.Number `json:"ytd_amount"`
}

type payLines struct {
	Breakdown []payLine `json:"breakdown"`
	Total     payLine   `json:"total"`
}

type paystubParty struct {
	Address       *address    `json:"address,omitempty"`
	MaritalStatus *string     `json:"marital_status,omitempty"`
	Name          string      `json:"name"`
	TaxpayerID    *taxpayerID `json:"taxpayer_id,omitempty"`
}

type taxpayerID struct {
	IDMask *string `json:"id_mask"`
	IDType *string `json:"id_type"`
}

type payPeriod struct {
	CheckAmount   *json.Number      `json:"check_amount"`
	Distribution  []payDistribution `json:"distribution_breakdown,omitempty"`
	EndDate       *string           `json:"end_date"`
	GrossEarnings *json.Number      `json:"gross_earnings"`
	PayDate       *string           `json:"pay_date"`
	PayDay        *string           `json:"pay_day,omitempty"`
	PayFrequency  string            `json:"pay_frequency"`
	StartDate     *string           `json:"start_date"`
}

type payDistribution struct {
	AccountName            *string      `json:"account_name"`
	BankName               *string      `json:"bank_name"`
	CurrentAmount          *json.Number `json:"current_amount"`
	ISOCurrencyCode        *string      `json:"iso_currency_code"`
	Mask                   *string      `json:"mask"`
	Type                   *string      `json:"type"`
	UnofficialCurrencyCode *string      `json:"unofficial_currency_code"`
}

type paystub struct {
	Deductions       payLines      `json:"deductions"`
	DocID            string        `json:"doc_id"`
	Earnings         payLines      `json:"earnings"`
	Employee         paystubParty  `json:"employee"`
	Employer         paystubParty  `json:"employer"`
	IncomeBreakdown  []CustomShare `json:"income_breakdown,omitempty"`
	NetPay           payLine       `json:"net_pay"`
	PayPeriodDetails payPeriod     `json:"pay_period_details"`
}

type incomeDocument struct {
	DocID   string `json:"doc_id"`
	DocType string `json:"doc_type"`
	Name    string `json:"name"`
	Status  string `json:"status"`
}

type paystubsRequest struct {
	AccessToken          *string `json:"access_token"`
	IncomeVerificationID *string `json:"income_verification_id"`
}

type paystubsResponse struct {
	DocumentMetadata []incomeDocument `json:"document_metadata"`
	Paystubs         []paystub        `json:"paystubs"`
	RequestID        string           `json:"request_id"`
}

// paystubCount is how many paystubs there are (plaid-go's test).
const paystubCount = 2

// incomeVerificationPaystubsGet answers with the last two paystubs of the Item's owner, and with
// those of a custom user whose JSON lists any. Errors, in order of checking:
// INCOME_VERIFICATION_NOT_FOUND for an income_verification_id or without an access token
// (assumed: nothing makes such an id here), those of product.
func incomeVerificationPaystubsGet(c *api.Call, req paystubsRequest) (paystubsResponse, error) {
	item, err := req.item(c)
	if err != nil {
		return paystubsResponse{}, err
	}
	out := paystubsResponse{RequestID: c.RequestID, DocumentMetadata: []incomeDocument{}}
	if out.Paystubs = item.customPaystubs(c.World); out.Paystubs == nil {
		for back := range paystubCount {
			out.Paystubs = append(out.Paystubs, item.paystub(c, lastPayday(dayOf(c.Now))-day(payInterval*back)))
		}
	}
	for n, p := range out.Paystubs {
		out.DocumentMetadata = append(out.DocumentMetadata, documentOf(p.DocID, "DOCUMENT_TYPE_PAYSTUB", "paystub", n))
	}
	return out, nil
}

// item is the Item that a request for documents of income names.
func (r paystubsRequest) item(c *api.Call) (Item, error) {
	if r.AccessToken == nil {
		return Item{}, errIncomeNotFound.New()
	}
	return product(c, *r.AccessToken, productIncome)
}

// documentOf tells of the n-th document of a kind.
func documentOf(docID, kind, name string, n int) incomeDocument {
	return incomeDocument{
		docID, kind, name + "_" + strconv.Itoa(n+1) + ".pdf", "DOCUMENT_STATUS_PROCESSING_COMPLETE",
	}
}

// payInterval is two weeks in days: pay is biweekly.
const payInterval = 14

// lastPayday is the last day of pay, today or before: every other Friday.
func lastPayday(today day) day {
	const friday = day(1) // 1970-01-02
	return today - (today-friday)%payInterval
}

// The pay of two weeks: that of the OpenAPI file's example, whose gross earnings are 4500
// dollars and whose check is 1490.21; the rest are the deductions.
const (
	payGross = cents(450_000)
	payNet   = cents(149_021)
)

// paystub is the paystub of a payday. The employer is that of the OpenAPI file's example.
func (i Item) paystub(c *api.Call, payday day) paystub {
	count := cents(payday-dayOf(yearOf(payday)))/payInterval + 1
	line := func(text, canonical string, amount cents) payLine {
		return payLine{
			CanonicalDescription: canonical, CurrentAmount: number(amount.String()), Description: text,
			ISOCurrencyCode: orNull(usd), YTDAmount: number((amount * count).String()),
		}
	}
	out := paystub{
		DocID:    c.World.Derive("paystub", i.ID, payday.text()).Text(idAlphabet, 9),
		Employee: i.employee(c.World), Employer: employer(), NetPay: line("TOTAL NET PAY", "", payNet),
		PayPeriodDetails: payPeriod{
			CheckAmount: number(payNet.String()), GrossEarnings: number(payGross.String()),
			StartDate: orNull((payday - payInterval + 1).String()), EndDate: orNull(payday.String()),
			PayDate: orNull(payday.String()), PayFrequency: "PAY_FREQUENCY_BIWEEKLY",
		},
	}
	out.Deductions = payLines{
		Breakdown: []payLine{line("taxes", "", payGross-payNet)}, Total: line("", "", payGross-payNet),
	}
	out.Earnings = payLines{
		Breakdown: []payLine{line("salary earned", "REGULAR PAY", payGross)}, Total: line("", "", payGross),
	}
	return out
}

// employer is that of the OpenAPI file's example.
func employer() paystubParty {
	return paystubParty{Name: "PLAID INC", Address: &address{
		City: "SAN FRANCISCO", Country: orNull("US"), PostalCode: orNull("94111"), Region: orNull("CA"),
		Street: "1098 HARRISON ST",
	}}
}

// employee is the Item's owner.
func (i Item) employee(w *world.World) paystubParty {
	out := paystubParty{Address: &address{}}
	for _, o := range i.owners(w) {
		out.Name = strings.ToUpper(strings.Join(o.Names[:min(1, len(o.Names))], ""))
		for _, home := range o.Addresses {
			if home.Primary {
				out.Address = &home.Data
			}
		}
	}
	return out
}

// owners are those of the Item's first account; a custom user may have no bank account.
func (i Item) owners(w *world.World) []owner {
	all := i.accounts(w)
	switch {
	case len(all) > 0:
	case i.Custom != nil:
		return []owner{i.Custom.owner()(nil)}
	default:
		return nil
	}
	return all[0].owners
}

// yearOf is the beginning of a day's year.
func yearOf(d day) time.Time { return time.Date(d.start().Year(), 1, 1, 0, 0, 0, 0, time.UTC) }
