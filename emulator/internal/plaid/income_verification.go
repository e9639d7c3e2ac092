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
	CanonicalDescription   string      `json:"canonical_description,omitempty"`
	CurrentAmount          json.Number `json:"current_amount"`
	Description            string      `json:"description,omitempty"`
	ISOCurrencyCode        string      `json:"iso_currency_code"`
	UnofficialCurrencyCode *string     `json:"unofficial_currency_code"`
	YTDAmount              json.Number `json:"ytd_amount"`
}

type payLines struct {
	Breakdown []payLine `json:"breakdown"`
	Total     payLine   `json:"total"`
}

type paystubParty struct {
	Address address `json:"address"`
	Name    string  `json:"name"`
}

type payPeriod struct {
	CheckAmount   json.Number `json:"check_amount"`
	EndDate       string      `json:"end_date"`
	GrossEarnings json.Number `json:"gross_earnings"`
	PayDate       string      `json:"pay_date"`
	PayFrequency  string      `json:"pay_frequency"`
	StartDate     string      `json:"start_date"`
}

type paystub struct {
	Deductions       payLines     `json:"deductions"`
	DocID            string       `json:"doc_id"`
	Earnings         payLines     `json:"earnings"`
	Employee         paystubParty `json:"employee"`
	Employer         paystubParty `json:"employer"`
	NetPay           payLine      `json:"net_pay"`
	PayPeriodDetails payPeriod    `json:"pay_period_details"`
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

// incomeVerificationPaystubsGet answers with the last two paystubs of the Item's owner. Errors,
// in order of checking: INCOME_VERIFICATION_NOT_FOUND for an income_verification_id or without
// an access token (assumed: nothing makes such an id here), those of product.
func incomeVerificationPaystubsGet(c *api.Call, req paystubsRequest) (paystubsResponse, error) {
	if req.AccessToken == nil {
		return paystubsResponse{}, errIncomeNotFound.New()
	}
	item, err := product(c, *req.AccessToken, productIncome)
	if err != nil {
		return paystubsResponse{}, err
	}
	out := paystubsResponse{RequestID: c.RequestID, DocumentMetadata: []incomeDocument{}, Paystubs: []paystub{}}
	for back := range paystubCount {
		payday := lastPayday(dayOf(c.Now)) - day(payInterval*back)
		docID := c.World.Derive("paystub", item.ID, payday.text()).Text(idAlphabet, 9)
		out.DocumentMetadata = append(out.DocumentMetadata, incomeDocument{
			docID, "DOCUMENT_TYPE_PAYSTUB", "paystub_" + strconv.Itoa(back+1) + ".pdf", "DOCUMENT_STATUS_PROCESSING_COMPLETE",
		})
		out.Paystubs = append(out.Paystubs, item.paystub(c, docID, payday))
	}
	return out, nil
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
func (i Item) paystub(c *api.Call, docID string, payday day) paystub {
	count := cents(payday-dayOf(yearOf(payday)))/payInterval + 1
	line := func(text, canonical string, amount cents) payLine {
		return payLine{
			CanonicalDescription: canonical, CurrentAmount: json.Number(amount.String()), Description: text,
			ISOCurrencyCode: usd, YTDAmount: json.Number((amount * count).String()),
		}
	}
	out := paystub{
		DocID:  docID,
		NetPay: line("TOTAL NET PAY", "", payNet),
		PayPeriodDetails: payPeriod{
			CheckAmount: json.Number(payNet.String()), GrossEarnings: json.Number(payGross.String()),
			StartDate: (payday - payInterval + 1).String(), EndDate: payday.String(), PayDate: payday.String(),
			PayFrequency: "PAY_FREQUENCY_BIWEEKLY",
		},
	}
	out.Deductions = payLines{
		Breakdown: []payLine{line("taxes", "", payGross-payNet)}, Total: line("", "", payGross-payNet),
	}
	out.Earnings = payLines{
		Breakdown: []payLine{line("salary earned", "REGULAR PAY", payGross)}, Total: line("", "", payGross),
	}
	out.Employer = paystubParty{Name: "PLAID INC", Address: address{
		City: "SAN FRANCISCO", Country: orNull("US"), PostalCode: orNull("94111"), Region: orNull("CA"),
		Street: "1098 HARRISON ST",
	}}
	for _, o := range i.owners(c.World) {
		out.Employee.Name = strings.ToUpper(strings.Join(o.Names[:min(1, len(o.Names))], ""))
		for _, home := range o.Addresses {
			if home.Primary {
				out.Employee.Address = home.Data
			}
		}
	}
	return out
}

// owners are those of the Item's first account.
func (i Item) owners(w *world.World) []owner {
	all := i.accounts(w)
	if len(all) == 0 {
		return nil
	}
	return all[0].owners
}

// yearOf is the beginning of a day's year.
func yearOf(d day) time.Time { return time.Date(d.start().Year(), 1, 1, 0, 0, 0, 0, time.UTC) }
