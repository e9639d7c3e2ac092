package compile

import (
	"io/fs"
	"slices"
)

// Payee mirrors dataset.Payee.
type Payee struct {
	Name          string
	Merchant      string
	Website       string
	Entity        string
	CategoryID    string `yaml:"category_id"`
	Category      []string
	Primary       string
	Detailed      string
	OlderPrimary  string `yaml:"older_primary"`
	OlderDetailed string `yaml:"older_detailed"`
	Level         string
	Channel       string
	Type          string
	Method        string
	Confidence    string
}

// Standing mirrors dataset.Standing.
type Standing struct {
	Back       int
	Mask       string
	Amount     string
	Payee      string
	Authorized bool
}

// Draw mirrors dataset.Draw.
type Draw struct {
	Payee string
	From  int
	To    int
}

type transactionFile struct {
	Payees   []Payee
	Standing []Standing
	Draws    []Draw
}

// cycleDays is how often a standing transaction comes.
const cycleDays = 30

func loadTransactions(files fs.FS) (*transactionFile, error) {
	var f transactionFile
	d, err := load(files, BankFiles[3], &f)
	if err != nil {
		return nil, err
	}
	var names []string
	for i, p := range f.Payees {
		line := d.line("payees", i)
		d.sourced(line, p.Confidence, "header of the file")
		d.checkPayee(line, p, names)
		names = append(names, p.Name)
	}
	for i, s := range f.Standing {
		line := d.line("standing", i)
		d.amount(line, &s.Amount)
		if !slices.Contains(names, s.Payee) || s.Mask == "" || s.Back < 0 || s.Back >= cycleDays {
			d.complain(line, "a standing transaction needs a payee above, a mask and 0 to 29 days back")
		}
	}
	if !slices.IsSortedFunc(f.Standing, func(a, b Standing) int { return a.Back - b.Back }) {
		d.complain(d.line("standing"), "standing transactions stand newest first")
	}
	for i, draw := range f.Draws {
		if !slices.Contains(names, draw.Payee) || draw.From <= 0 || draw.From >= draw.To {
			d.complain(d.line("draws", i), "a draw needs a payee above and an amount from..to")
		}
	}
	return &f, d.err()
}

func (d *document) checkPayee(line int, p Payee, before []string) {
	if p.Name == "" || slices.Contains(before, p.Name) {
		d.complain(line, "payee %q is missing or here twice", p.Name)
	}
	if p.Primary == "" || p.Detailed == "" || p.CategoryID == "" || len(p.Category) == 0 || p.Level == "" {
		d.complain(line, "%s needs category_id, category, primary, detailed and level", p.Name)
	}
	if !slices.Contains([]string{"online", "in store", "other"}, p.Channel) {
		d.complain(line, "channel is %q; online, in store or other is right", p.Channel)
	}
	if !slices.Contains([]string{"digital", "place", "special", "unresolved"}, p.Type) {
		d.complain(line, "type is %q; digital, place, special or unresolved is right", p.Type)
	}
}
