package flow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Direction is the way of the money.
type Direction string

// The two directions. Deposit is the default.
const (
	Deposit    Direction = "deposit"    // from the bank account into the Apex account
	Withdrawal Direction = "withdrawal" // from the Apex account to the bank account
)

// PlaidTarget is where and as whom Plaid is called.
type PlaidTarget struct {
	BaseURL  string // such as https://sandbox.plaid.com
	ClientID string
	Secret   Secret
	Version  string // header Plaid-Version; default 2020-09-14
}

// SentinelTarget is where and as whom Apex's Legit and Sentinel are called.
type SentinelTarget struct {
	BaseURL      string // such as https://uat-api.apexclearing.com
	Username     string // API user
	Entity       string // correspondent.CODE
	SharedSecret Secret // signs the login exactly as issued; it is not base64-decoded first
	Account      string // Apex account that gets or gives the money, 8 characters

	// TokenField and ApprovalMethod are how the Plaid processor token is sent. Apex's names for them are not public
	// (assumed: plaidProcessorToken and PLAID_TOKEN, after Ascend's plaid_processor_token and PLAID_TOKEN).
	TokenField     string
	ApprovalMethod string

	// Simulate calls UAT's test/simulation endpoint to approve a transfer that is PENDING. Test mode only: a
	// production Sentinel has no such endpoint.
	Simulate bool
}

// Config says what to walk. The zero value of every field but Plaid has a default; a nil Sentinel walks the Plaid
// half alone.
type Config struct {
	Name     string // label of the target in the result, such as "sandbox"
	Plaid    PlaidTarget
	Sentinel *SentinelTarget

	Institution  string    // default ins_109508, First Platypus Bank
	Products     []string  // default auth
	User         string    // default user_good
	Password     string    // default pass_good
	ClientUserID string    // user.client_user_id of the Link token; default tweed-flow
	Webhook      string    // URL for the Item's webhooks; default none
	AccountMask  string    // choose the account by its mask, such as 0000
	AccountName  string    // choose the account by its name; with neither, the first checking account
	Processor    string    // default empty: the guide's Apex endpoint; apex_clearing: /processor/token/create
	Direction    Direction // default Deposit
	Amount       string    // dollars, exact, at most two decimals; default 100.00
	Nickname     string    // nickname of the relationship; default Tweed flow

	Timeout      time.Duration // wall time for one attempt of one call; default 30 s
	Attempts     int           // tries of one call that may be repeated; default 4
	Backoff      time.Duration // pause before the second try, doubled for each further one; default 500 ms
	MaxWait      time.Duration // longest pause between tries; a longer Retry-After ends the call; default 1 min
	Patience     time.Duration // longest time, by Now, to wait for an end of the transfer; default 10 min
	MaxPolls     int           // most polls for one end, so that a clock that stands still cannot hang a run; default 500
	ReturnWindow time.Duration // how long, by Now, a COMPLETE transfer is watched for a return; default 0: not at all

	// TransferOnce forbids to repeat a deposit or withdrawal whose answer was lost. The default repeats it with the
	// same externalTransferId, which is safe if Sentinel refuses a second use (assumed; documented for Ascend: 409).
	TransferOnce bool

	HTTP    *http.Client // default a client of its own; redirects are refused in any case
	Headers http.Header  // added to every request

	Wait   func(context.Context, time.Duration) error // pause between tries; default waits wall time
	Idle   func(context.Context) error                // called between polls; default Wait, from 1 s growing to 15 s
	NewID  func() string                              // externalTransferId; default a random UUID
	Now    func() time.Time                           // datetime of the login, clock of Patience; default time.Now
	OnStep func(Step)                                 // called after each step, in order
}

// setters are the settings that Set knows: plain values that a scenario file or a command line may carry.
var setters = []struct {
	name string
	set  func(*Config, string)
}{
	{"account_mask", func(c *Config, v string) { c.AccountMask = v }},
	{"account_name", func(c *Config, v string) { c.AccountName = v }},
	{"amount", func(c *Config, v string) { c.Amount = v }},
	{"client_user_id", func(c *Config, v string) { c.ClientUserID = v }},
	{"direction", func(c *Config, v string) { c.Direction = Direction(v) }},
	{"institution", func(c *Config, v string) { c.Institution = v }},
	{"nickname", func(c *Config, v string) { c.Nickname = v }},
	{"password", func(c *Config, v string) { c.Password = v }},
	{"processor", func(c *Config, v string) { c.Processor = v }},
	{"products", func(c *Config, v string) { c.Products = fields(v) }},
	{"user", func(c *Config, v string) { c.User = v }},
	{"webhook", func(c *Config, v string) { c.Webhook = v }},
}

func fields(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// Settings returns the names that Set takes, sorted.
func Settings() []string {
	names := make([]string, len(setters))
	for i, s := range setters {
		names[i] = s.name
	}
	return names
}

// Set sets a field by its name in a scenario file, such as amount or account_mask; products is a list with commas.
// It returns an error that lists the right names when there is no such setting. New checks the values.
func (c *Config) Set(name, value string) error {
	for _, s := range setters {
		if s.name == name {
			s.set(c, value)
			return nil
		}
	}
	return fmt.Errorf("flow: there is no setting %q; there are %s", name, strings.Join(Settings(), ", "))
}

// withDefaults returns a copy that shares nothing with c and has every default filled in.
func (c Config) withDefaults() Config {
	c.Products, c.Headers = slices.Clone(c.Products), c.Headers.Clone()
	c.Plaid.BaseURL = strings.TrimRight(c.Plaid.BaseURL, "/")
	or(&c.Plaid.Version, "2020-09-14")
	or(&c.Institution, "ins_109508")
	or(&c.User, "user_good")
	or(&c.Password, "pass_good")
	or(&c.ClientUserID, "tweed-flow")
	or(&c.Direction, Deposit)
	or(&c.Amount, "100.00")
	or(&c.Nickname, "Tweed flow")
	or(&c.Timeout, 30*time.Second)
	or(&c.Attempts, 4)
	or(&c.Backoff, 500*time.Millisecond)
	or(&c.MaxWait, time.Minute)
	or(&c.Patience, 10*time.Minute)
	or(&c.MaxPolls, 500)
	if len(c.Products) == 0 {
		c.Products = []string{"auth"}
	}
	if c.Sentinel != nil {
		s := *c.Sentinel
		s.BaseURL = strings.TrimRight(s.BaseURL, "/")
		or(&s.TokenField, "plaidProcessorToken")
		or(&s.ApprovalMethod, "PLAID_TOKEN")
		c.Sentinel = &s
	}
	return c.withSeams()
}

func (c Config) withSeams() Config {
	if c.HTTP == nil {
		c.HTTP = &http.Client{}
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.NewID == nil {
		c.NewID = uuid.NewString
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.OnStep == nil {
		c.OnStep = func(Step) {}
	}
	return c
}

func or[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// wait sleeps for d of wall time or until ctx ends, whichever is first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// check tells everything that is wrong with a configuration at once.
func (c *Config) check() error {
	wrong := append(c.checkPlaid(), c.checkSentinel()...)
	if _, err := ParseAmount(c.Amount); err != nil {
		wrong = append(wrong, err)
	}
	if c.Direction != Deposit && c.Direction != Withdrawal {
		wrong = append(wrong, fmt.Errorf("flow: direction %q is neither %s nor %s", c.Direction, Deposit, Withdrawal))
	}
	for _, d := range []time.Duration{c.Timeout, c.Backoff, c.MaxWait, c.Patience, c.ReturnWindow} {
		if d < 0 {
			wrong = append(wrong, fmt.Errorf("flow: %s is a negative time", d))
		}
	}
	if c.Attempts < 0 || c.MaxPolls < 0 {
		wrong = append(wrong, errors.New("flow: Attempts and MaxPolls must not be negative"))
	}
	return errors.Join(wrong...)
}

func (c *Config) checkPlaid() []error {
	wrong := needed("Plaid.ClientID", c.Plaid.ClientID, "Plaid.Secret", string(c.Plaid.Secret))
	return append(wrong, checkBase("Plaid.BaseURL", c.Plaid.BaseURL),
		refuseLive(c.Plaid.ClientID), refuseLive(string(c.Plaid.Secret)))
}

func (c *Config) checkSentinel() []error {
	s := c.Sentinel
	if s == nil {
		return nil
	}
	wrong := needed("Sentinel.Username", s.Username, "Sentinel.Entity", s.Entity,
		"Sentinel.SharedSecret", string(s.SharedSecret), "Sentinel.Account", s.Account)
	return append(wrong, checkBase("Sentinel.BaseURL", s.BaseURL))
}

// needed takes names and values in turn, and returns an error for each value that is empty.
func needed(pairs ...string) []error {
	var wrong []error
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			wrong = append(wrong, fmt.Errorf("flow: %s is empty", pairs[i]))
		}
	}
	return wrong
}
