package emulator

import (
	"fmt"
	"regexp"
	"strings"

	"tweed/emulator/internal/nacha"
)

// NachaCode is what a row has more that is a return code (R01) or a change code (C01) of the ACH network.
type NachaCode struct {
	Sender       string   `json:"sender,omitempty"`       // who sends a return with it
	Debits       bool     `json:"debits"`                 // it can answer a debit: at Sentinel a deposit
	Credits      bool     `json:"credits"`                // it can answer a credit: at Sentinel a withdrawal
	SEC          []string `json:"sec,omitempty"`          // the entry classes that it is limited to; none = any
	Window       string   `json:"window,omitempty"`       // how long after settlement it may come
	Unauthorized bool     `json:"unauthorized,omitempty"` // it counts towards Nacha's limit of unauthorized returns
	Corrects     []string `json:"corrects,omitempty"`     // what a notification of change corrects
}

// nachaFamily is the family of their rows.
const nachaFamily = "nacha"

var nachaForm = regexp.MustCompile(`^[RrCc][0-9]{2}$`)

// nachaRows are all return codes, then all change codes.
func nachaRows() []ErrorRow {
	var out []ErrorRow
	for _, r := range nacha.Returns() {
		out = append(out, ErrorRow{
			Family: nachaFamily, Key: r.Code, Code: r.Code, Message: r.Title, Confidence: "documented", Source: r.Source,
			Never: "a Nacha return code: the reason of a returned transfer",
			Nacha: &NachaCode{
				Sender: string(r.Sender), Debits: r.Debits, Credits: r.Credits, SEC: r.SEC, Window: windowText(r.Window),
				Unauthorized: r.Unauthorized,
			},
		})
	}
	for _, c := range nacha.Changes() {
		row := ErrorRow{
			Family: nachaFamily, Key: c.Code, Code: c.Code, Message: c.Title, Confidence: "documented", Source: c.Source,
			Never: "a Nacha change code: the reason of a notification of change",
			Nacha: &NachaCode{Debits: true, Credits: true, Window: windowText(c.Window)},
		}
		if c.Refusal {
			row.Never = "a Nacha change code: the refusal of a notification of change"
		}
		for _, part := range c.Corrects {
			row.Nacha.Corrects = append(row.Nacha.Corrects, string(part))
		}
		out = append(out, row)
	}
	return out
}

func windowText(w nacha.Window) string {
	switch {
	case w.BankingDays > 0:
		return fmt.Sprintf("%d banking days", w.BankingDays)
	case w.CalendarDays > 0:
		return fmt.Sprintf("%d calendar days", w.CalendarDays)
	}
	return ""
}

// nachaError finds a code for whoever asks for one; ok is false for a name of another form.
func nachaError(name string) (rows []ErrorRow, ok bool, err error) {
	if !nachaForm.MatchString(name) {
		return nil, false, nil
	}
	for _, row := range nachaRows() {
		if strings.EqualFold(row.Code, name) {
			return []ErrorRow{row}, true, nil
		}
	}
	return nil, true, fmt.Errorf("there is no Nacha code %q that Apex knows; \"tweed errors\" lists all", name)
}
