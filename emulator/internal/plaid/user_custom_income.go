package plaid

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tweed/emulator/internal/world"
)

// CustomIncome are the documents of a payroll account (OpenAPI file, schema IncomeOverride).
type CustomIncome struct {
	Paystubs []CustomPaystub `json:"paystubs,omitempty"`
	W2s      []w2            `json:"w2s,omitempty"`
}

// CustomPaystub is a paystub of a custom user.
type CustomPaystub struct {
	Employer        *paystubParty   `json:"employer,omitempty"`
	Employee        *paystubParty   `json:"employee,omitempty"`
	IncomeBreakdown []CustomShare   `json:"income_breakdown,omitempty"`
	NetPay          CustomPayLine   `json:"net_pay"`
	Deductions      CustomPayLines  `json:"deductions"`
	Earnings        CustomPayLines  `json:"earnings"`
	Period          CustomPayPeriod `json:"pay_period_details"`
}

// CustomShare is a part of the pay in the older of its two forms. Type is bonus, overtime or
// regular; total is in dollars.
type CustomShare struct {
	Hours *json.Number `json:"hours"`
	Rate  *json.Number `json:"rate"`
	Total *json.Number `json:"total"`
	Type  *string      `json:"type"`
}

// CustomPayLine is a line of a paystub. Amounts are in the currency.
type CustomPayLine struct {
	CanonicalDescription string      `json:"canonical_description,omitempty"`
	CurrentAmount        json.Number `json:"current_amount,omitempty"`
	Description          string      `json:"description,omitempty"`
	Hours                json.Number `json:"hours,omitempty"`
	Currency             string      `json:"currency,omitempty"`
	Rate                 json.Number `json:"rate,omitempty"`
	YTDAmount            json.Number `json:"ytd_amount,omitempty"`
}

// CustomPayLines are lines and their total.
type CustomPayLines struct {
	Breakdown []CustomPayLine `json:"breakdown,omitempty"`
	Total     CustomPayLine   `json:"total"`
}

// CustomPayPeriod is what a paystub is for. Dates are YYYY-MM-DD; PayDay is the older name of
// PayDate.
type CustomPayPeriod struct {
	CheckAmount   json.Number          `json:"check_amount,omitempty"`
	Distribution  []CustomDistribution `json:"distribution_breakdown,omitempty"`
	EndDate       string               `json:"end_date,omitempty"`
	GrossEarnings json.Number          `json:"gross_earnings,omitempty"`
	PayDate       string               `json:"pay_date,omitempty"`
	PayFrequency  string               `json:"pay_frequency,omitempty"`
	PayDay        string               `json:"pay_day,omitempty"`
	StartDate     string               `json:"start_date,omitempty"`
}

// CustomDistribution is the part of a pay that went to one account.
type CustomDistribution struct {
	AccountName   *string      `json:"account_name,omitempty"`
	BankName      *string      `json:"bank_name,omitempty"`
	CurrentAmount *json.Number `json:"current_amount,omitempty"`
	Currency      string       `json:"currency,omitempty"`
	Mask          *string      `json:"mask,omitempty"`
	Type          *string      `json:"type,omitempty"`
}

// check requires that dates are dates.
func (p CustomPaystub) check() error {
	period := p.Period
	for _, date := range []struct{ name, text string }{
		{"start_date", period.StartDate},
		{"end_date", period.EndDate},
		{"pay_date", period.PayDate},
		{"pay_day", period.PayDay},
	} {
		if err := checkDate("pay_period_details."+date.name, date.text); err != nil {
			return err
		}
	}
	for _, amount := range []struct {
		name string
		n    json.Number
	}{
		{"pay_period_details.check_amount", period.CheckAmount},
		{"pay_period_details.gross_earnings", period.GrossEarnings},
	} {
		if err := checkNumber(amount.name, amount.n); err != nil {
			return err
		}
	}
	for n, s := range p.IncomeBreakdown {
		if s.Total == nil {
			continue
		}
		if err := checkNumber(fmt.Sprintf("income_breakdown[%d].total", n), *s.Total); err != nil {
			return err
		}
	}
	return nil
}

// customPaystubs are those of the JSON, in its order; nil for an Item that has none.
func (i Item) customPaystubs(w *world.World) (out []paystub) {
	for at, income := range i.incomes() {
		for n, p := range income.Paystubs {
			one := p.of(i.employee(w))
			one.DocID = i.documentID(w, "paystub", at, n)
			out = append(out, one)
		}
	}
	return out
}

// incomes are the documents of the accounts of a custom user, by the account's place.
func (i Item) incomes() (out []CustomIncome) {
	if i.Custom == nil {
		return nil
	}
	for _, a := range i.Custom.Accounts {
		if a.Income != nil {
			out = append(out, *a.Income)
		}
	}
	return out
}

func (i Item) documentID(w *world.World, kind string, at, n int) string {
	return w.Derive(kind, i.ID, "custom", strconv.Itoa(at), strconv.Itoa(n)).Text(idAlphabet, 9)
}

// of is the paystub as an answer has it. What follows from the rest does (assumed): earnings
// from the income_breakdown, gross earnings from the earnings, the sum of the deductions from
// gross earnings and check, and the net pay is the check. What is left out else is null; an
// employee that is, the Item's owner.
func (p CustomPaystub) of(employee paystubParty) paystub {
	out := paystub{
		Deductions: p.Deductions.lines(), Earnings: p.Earnings.lines(), Employee: employee,
		IncomeBreakdown: p.IncomeBreakdown, NetPay: p.NetPay.line(), PayPeriodDetails: p.Period.of(),
	}
	if p.Employer != nil {
		out.Employer = *p.Employer
	}
	if given := p.Employee; given != nil {
		out.Employee.Name = cmp.Or(given.Name, employee.Name)
		out.Employee.Address = cmp.Or(given.Address, employee.Address)
		out.Employee.MaritalStatus, out.Employee.TaxpayerID = given.MaritalStatus, given.TaxpayerID
	}
	if len(p.Earnings.Breakdown) == 0 {
		for _, s := range p.IncomeBreakdown {
			out.Earnings.Breakdown = append(out.Earnings.Breakdown, s.line())
		}
	}
	period := &out.PayPeriodDetails
	if period.GrossEarnings == nil {
		period.GrossEarnings = sumOf(out.Earnings.Breakdown)
	}
	total := &out.Earnings.Total.CurrentAmount
	*total = cmp.Or(*total, period.GrossEarnings)
	out.NetPay.CurrentAmount = cmp.Or(out.NetPay.CurrentAmount, period.CheckAmount)
	out.NetPay.Description = cmp.Or(out.NetPay.Description, "TOTAL NET PAY")
	deducted := &out.Deductions.Total.CurrentAmount
	if *deducted == nil && period.GrossEarnings != nil && period.CheckAmount != nil {
		gross, _ := period.GrossEarnings.Float64()
		check, _ := period.CheckAmount.Float64()
		*deducted = number(decimal(inCents(gross - check)))
	}
	return out
}

// sumOf is what the lines come to, null without lines.
func sumOf(lines []payLine) *json.Number {
	if len(lines) == 0 {
		return nil
	}
	sum := 0.0
	for _, l := range lines {
		if l.CurrentAmount != nil {
			amount, _ := l.CurrentAmount.Float64()
			sum += amount
		}
	}
	return number(decimal(inCents(sum)))
}

// shareNames are the canonical descriptions of the older form's types.
var shareNames = map[string]string{"regular": "REGULAR PAY", "overtime": "OVERTIME", "bonus": "BONUS"}

func (s CustomShare) line() payLine {
	name := textOr(s.Type, "")
	return payLine{
		CanonicalDescription: cmp.Or(shareNames[strings.ToLower(name)], "OTHER"), CurrentAmount: s.Total, Description: name,
		Hours: s.Hours, ISOCurrencyCode: orNull(usd), Rate: s.Rate,
	}
}

func (l CustomPayLine) line() payLine {
	out := payLine{
		CanonicalDescription: l.CanonicalDescription, CurrentAmount: number(l.CurrentAmount.String()),
		Description: l.Description, Hours: number(l.Hours.String()), Rate: number(l.Rate.String()),
		YTDAmount: number(l.YTDAmount.String()),
	}
	out.ISOCurrencyCode, out.UnofficialCurrencyCode = currencyOf(cmp.Or(l.Currency, usd))
	return out
}

func (l CustomPayLines) lines() payLines {
	out := payLines{Breakdown: []payLine{}, Total: l.Total.line()}
	for _, one := range l.Breakdown {
		out.Breakdown = append(out.Breakdown, one.line())
	}
	return out
}

func (p CustomPayPeriod) of() payPeriod {
	out := payPeriod{
		CheckAmount: number(p.CheckAmount.String()), EndDate: orNull(p.EndDate),
		GrossEarnings: number(p.GrossEarnings.String()), PayDate: orNull(cmp.Or(p.PayDate, p.PayDay)),
		PayDay: orNull(p.PayDay), PayFrequency: cmp.Or(p.PayFrequency, "PAY_FREQUENCY_UNKNOWN"),
		StartDate: orNull(p.StartDate),
	}
	for _, d := range p.Distribution {
		one := payDistribution{
			AccountName: d.AccountName, BankName: d.BankName, CurrentAmount: d.CurrentAmount, Mask: d.Mask, Type: d.Type,
		}
		one.ISOCurrencyCode, one.UnofficialCurrencyCode = currencyOf(cmp.Or(d.Currency, usd))
		out.Distribution = append(out.Distribution, one)
	}
	return out
}
