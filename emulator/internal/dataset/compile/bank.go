package compile

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tweed/emulator/internal/nacha"
)

// BankFiles are the files behind package dataset.
var BankFiles = []string{"institutions.yaml", "users.yaml", "processors.yaml", "transactions.yaml"}

// Institution mirrors dataset.Institution.
type Institution struct {
	ID             string
	Name           string
	CountryCodes   []string `yaml:"country_codes"`
	Products       []string
	AuthMethods    []string `yaml:"auth_methods"`
	OAuth          bool
	RoutingNumbers []string `yaml:"routing_numbers"`
	URL            string
	PrimaryColor   string `yaml:"primary_color"`
	Logo           bool
	Health         string
	Unsupported    bool
	Confidence     string
	Source         string
	Note           string
}

// AccountSet mirrors dataset.AccountSet.
type AccountSet struct {
	Name       string
	Accounts   []Account
	ACHOrder   []string `yaml:"ach_order"`
	Confidence string
	Source     string
}

// Account mirrors dataset.Account.
type Account struct {
	Name           string
	OfficialName   *string `yaml:"official_name"`
	Mask           string
	Type           string
	Subtype        string
	AvailableText  *string `yaml:"available" gen:"-"`
	CurrentText    *string `yaml:"current" gen:"-"`
	LimitText      *string `yaml:"limit" gen:"-"`
	Available      *Amount `yaml:"-"`
	Current        *Amount `yaml:"-"`
	Limit          *Amount `yaml:"-"`
	HolderCategory *string `yaml:"holder_category"`
	Numbers        *Numbers
	Fate           string
}

// Amount mirrors dataset.Amount.
type Amount struct {
	Text  string
	Cents int64
	Exact bool
}

// Numbers mirrors dataset.Numbers.
type Numbers struct {
	Account     string
	Routing     string
	WireRouting string `yaml:"wire_routing"`
}

// Owner mirrors dataset.Owner.
type Owner struct {
	Name       string
	Names      []string
	Emails     []Contact
	Phones     []Contact
	Addresses  []Address
	Confidence string
	Source     string
}

// Contact mirrors dataset.Contact.
type Contact struct {
	Data    string
	Primary bool
	Type    string
}

// Address mirrors dataset.Address.
type Address struct {
	Street     string
	City       string
	Region     string
	PostalCode string `yaml:"postal_code"`
	Country    string
	Primary    bool
}

// User mirrors dataset.User.
type User struct {
	Username   string
	Password   string
	Accounts   string
	Owner      string
	Confidence string
	Source     string
}

// Processor mirrors dataset.Processor.
type Processor struct {
	ID         string
	Name       string
	Confidence string
}

type institutionFile struct{ Institutions []Institution }

type userFile struct {
	AccountSets []AccountSet `yaml:"account_sets"`
	Owners      []Owner
	Users       []User
}

type processorFile struct{ Processors []Processor }

// Bank gives the Go source of package dataset's tables. Its errors name file and line.
func Bank(files fs.FS) ([]byte, error) {
	institutions, err := loadInstitutions(files)
	if err != nil {
		return nil, err
	}
	users, err := loadUsers(files)
	if err != nil {
		return nil, err
	}
	processors, err := loadProcessors(files)
	if err != nil {
		return nil, err
	}
	transactions, err := loadTransactions(files)
	if err != nil {
		return nil, err
	}
	t := newTable()
	t.slice("institutions", "are all institutions, in the order of the file.", institutions)
	t.slice("accountSets", "are the lists of accounts that users name.", users.AccountSets)
	t.slice("owners", "are the owners that users name.", users.Owners)
	t.slice("users", "are the test users, in the order of the file.", users.Users)
	t.slice("processors", "are the values of processor, in the specification's order.", processors)
	t.slice("payees", "are who transactions are with.", transactions.Payees)
	t.slice("standing", "are user_good's transactions, newest first.", transactions.Standing)
	t.slice("draws", "are what random histories are made of.", transactions.Draws)
	return t.source("dataset", BankFiles)
}

func loadInstitutions(files fs.FS) ([]Institution, error) {
	var f institutionFile
	d, err := load(files, BankFiles[0], &f)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range f.Institutions {
		in := &f.Institutions[i]
		line := d.line("institutions", i)
		d.sourced(line, in.Confidence, in.Source)
		if seen[in.ID] {
			d.complain(line, "%s is here twice", in.ID)
		}
		seen[in.ID] = true
		if !strings.HasPrefix(in.ID, "ins_") || in.Name == "" || len(in.CountryCodes) == 0 {
			d.complain(line, "an institution needs id (ins_...), name and country_codes")
		}
		if !slices.IsSorted(in.Products) || len(in.Products) == 0 {
			d.complain(line, "products of %s must be in alphabetical order", in.ID)
		}
		d.checkNumbers(line, in)
		if in.Health == "" {
			in.Health = "healthy"
		}
		if !slices.Contains([]string{"healthy", "degraded", "down"}, in.Health) {
			d.complain(line, "health is %q; healthy, degraded or down is right", in.Health)
		}
	}
	return f.Institutions, d.err()
}

// authMethods are the methods of Auth that an institution can have beside Instant Auth.
var authMethods = []string{"automated_micro_deposits", "instant_match", "instant_micro_deposits"}

func (d *document) checkNumbers(line int, in *Institution) {
	for _, method := range in.AuthMethods {
		if !slices.Contains(authMethods, method) {
			d.complain(line, "auth method %q of %s; %s is right", method, in.ID, strings.Join(authMethods, ", "))
		}
	}
	for _, number := range in.RoutingNumbers {
		if err := nacha.ValidRouting(number); err != nil {
			d.complain(line, "%s: %v", in.ID, err)
		}
	}
}

func loadUsers(files fs.FS) (*userFile, error) {
	var f userFile
	d, err := load(files, BankFiles[1], &f)
	if err != nil {
		return nil, err
	}
	var sets, owners, names []string
	for i := range f.AccountSets {
		s := &f.AccountSets[i]
		d.sourced(d.line("account_sets", i), s.Confidence, s.Source)
		sets = append(sets, s.Name)
		for j := range s.Accounts {
			d.checkAccount(&s.Accounts[j], d.line("account_sets", i, "accounts", j))
		}
		d.checkOrder(s, d.line("account_sets", i, "ach_order"))
	}
	for i, o := range f.Owners {
		d.sourced(d.line("owners", i), o.Confidence, o.Source)
		owners = append(owners, o.Name)
	}
	for i, u := range f.Users {
		line := d.line("users", i)
		d.sourced(line, u.Confidence, u.Source)
		if u.Username == "" || slices.Contains(names, u.Username) {
			d.complain(line, "username %q is missing or here twice", u.Username)
		}
		names = append(names, u.Username)
		if !slices.Contains(sets, u.Accounts) || !slices.Contains(owners, u.Owner) {
			d.complain(line, "accounts and owner of %s must name a list above", u.Username)
		}
	}
	return &f, d.err()
}

func (d *document) checkAccount(a *Account, line int) {
	if a.Name == "" || a.Mask == "" || a.Type == "" || a.Subtype == "" || a.CurrentText == nil {
		d.complain(line, "an account needs name, mask, type, subtype and current")
	}
	a.Available = d.amount(line, a.AvailableText)
	a.Current = d.amount(line, a.CurrentText)
	a.Limit = d.amount(line, a.LimitText)
	if a.Fate != "" && a.Numbers == nil {
		d.complain(line, "a fate needs numbers: no deposit comes from an account without")
	}
	if a.Numbers != nil && (a.Numbers.Account == "" || len(a.Numbers.Routing) != 9) {
		d.complain(line, "numbers need account and a routing number of nine digits")
	}
}

// checkOrder requires that ach_order names the accounts with numbers, each once.
func (d *document) checkOrder(s *AccountSet, line int) {
	var masks []string
	for _, a := range s.Accounts {
		if a.Numbers != nil {
			masks = append(masks, a.Mask)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(masks)), slices.Sorted(slices.Values(s.ACHOrder))) {
		d.complain(line, "ach_order is %q, the accounts with numbers are %q", s.ACHOrder, masks)
	}
}

// plainDecimal is a JSON number without an exponent.
var plainDecimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.([0-9]+))?$`)

// amount reads a balance: Exact when it is a whole number of cents, else Cents is cut towards zero.
func (d *document) amount(line int, text *string) *Amount {
	if text == nil {
		return nil
	}
	m := plainDecimal.FindStringSubmatch(*text)
	if m == nil || !json.Valid([]byte(*text)) {
		d.complain(line, "%q is not a plain decimal number", *text)
		return nil
	}
	fraction := m[3] + "00"
	cents, err := strconv.ParseInt(m[1]+fraction[:2], 10, 64)
	if err != nil {
		d.complain(line, "%q is too large", *text)
		return nil
	}
	if strings.HasPrefix(*text, "-") {
		cents = -cents
	}
	return &Amount{Text: *text, Cents: cents, Exact: strings.Trim(fraction[2:], "0") == ""}
}

func loadProcessors(files fs.FS) ([]Processor, error) {
	var f processorFile
	d, err := load(files, BankFiles[2], &f)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, p := range f.Processors {
		line := d.line("processors", i)
		if p.ID == "" || p.Name == "" || seen[p.ID] {
			d.complain(line, "a processor needs an id of its own and a name")
		}
		seen[p.ID] = true
		d.sourced(line, p.Confidence, "header of the file")
	}
	return f.Processors, d.err()
}
