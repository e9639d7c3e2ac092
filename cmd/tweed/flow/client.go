package flow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Client walks the path step by step and remembers what came out. It is for one run in one goroutine.
type Client struct {
	cfg    Config
	http   *http.Client
	done   map[string]bool
	state  State
	result Result

	jwt        Secret              // Legit's token; opaque
	spread     string              // spreads the backoff of many clients
	waitingFor string              // the relationship that is made but not yet approved
	pending    map[string]*pending // by way, incoming or outgoing: the transfer that is being made
}

// pending is a transfer from the first attempt until its step is done. It outlives a failed step, so that running the
// step again is never a second transfer.
type pending struct {
	id         string // externalTransferId
	transferID string // once Sentinel has named it
	unsure     bool   // some attempt may have reached Sentinel
	lost       []byte // what came of an answer that could not be read
}

// State is what the steps have brought so far. Tokens are whole here.
type State struct {
	LinkToken          string
	PublicToken        string
	AccessToken        string
	ItemID             string
	Account            Account
	ProcessorToken     string
	RelationshipID     string
	ExternalTransferID string
	TransferID         string
	TransferState      string
}

// step is one entry of the table of steps.
type step struct {
	name     string
	sentinel bool // needs the Sentinel target
	run      func(*Client, context.Context, *Step) error
}

// steps is the path in order. Deposit and withdrawal are alternatives.
var steps = []step{
	{StepLinkToken, false, (*Client).linkToken},
	{StepPublicToken, false, (*Client).publicToken},
	{StepExchange, false, (*Client).exchange},
	{StepAccounts, false, (*Client).accounts},
	{StepProcessorToken, false, (*Client).processorToken},
	{StepSentinelLogin, true, (*Client).login},
	{StepRelationship, true, (*Client).relationship},
	{StepDeposit, true, (*Client).deposit},
	{StepWithdrawal, true, (*Client).withdrawal},
	{StepSettle, true, (*Client).settle},
}

// Steps returns the names of all steps in order; deposit and withdrawal are alternatives.
func Steps() []string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.name
	}
	return names
}

// New returns a client for cfg. The error names everything that is wrong with cfg at once; it wraps ErrProduction when
// a base URL or a credential is of a live environment.
func New(cfg Config) (*Client, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, done: map[string]bool{}, pending: map[string]*pending{}}
	c.pending["incoming"] = &pending{id: cfg.NewID()}
	c.spread = c.pending["incoming"].id
	c.result.Target = cfg.Name
	c.connect()
	return c, nil
}

// connect copies the HTTP client, so that refusing redirects does not change the caller's.
func (c *Client) connect() {
	h := *c.cfg.HTTP
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &h
}

// Configure changes the configuration between steps, such as the amount of the next deposit. Steps that are done stay
// done. A change that leaves the configuration unusable is refused and not kept.
func (c *Client) Configure(change func(*Config) error) error {
	cfg := c.cfg.withDefaults()
	if err := change(&cfg); err != nil {
		return err
	}
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return err
	}
	c.cfg, c.result.Target = cfg, cfg.Name
	c.connect()
	return nil
}

// String says where the client calls; it shows no credential.
func (c *Client) String() string { return "flow.Client(" + c.cfg.Plaid.BaseURL + ")" }

// GoString is String, so that %#v shows no credential either.
func (c *Client) GoString() string { return c.String() }

// State returns what the steps have brought so far, with whole tokens.
func (c *Client) State() State { return c.state }

// Result returns a copy of what the run did so far.
func (c *Client) Result() *Result {
	r := c.result
	r.State = c.state.TransferState
	r.Steps, r.Skipped = slices.Clone(r.Steps), slices.Clone(r.Skipped)
	return &r
}

// Plan returns the steps of this client's run in order: deposit or withdrawal by Config.Direction, and without a
// Sentinel target the Plaid half.
func (c *Client) Plan() []string {
	plan, _ := c.plan()
	return plan
}

func (c *Client) plan() (walk, skip []string) {
	for _, s := range steps {
		switch {
		case s.name == StepDeposit && c.cfg.Direction != Deposit,
			s.name == StepWithdrawal && c.cfg.Direction != Withdrawal:
		case s.sentinel && c.cfg.Sentinel == nil:
			skip = append(skip, s.name)
		default:
			walk = append(walk, s.name)
		}
	}
	return walk, skip
}

// Run does the steps of Plan that are not done yet. It returns the result also beside an error, which is a *StepError.
func (c *Client) Run(ctx context.Context) (*Result, error) {
	plan, skip := c.plan()
	for _, name := range plan {
		if c.done[name] {
			continue
		}
		if err := c.walk(ctx, name); err != nil {
			return c.Result(), err
		}
	}
	if len(skip) > 0 {
		c.result.Skipped, c.result.End = skip, EndPlaidOnly
	}
	return c.Result(), nil
}

// Step runs the steps that the named one needs and that are not done yet, then the named one, also when it was done
// before: a second deposit is a new transfer with a new externalTransferId, while a deposit that failed keeps its own.
// The error is a *StepError, or tells that there is no such step or no Sentinel target for it.
func (c *Client) Step(ctx context.Context, name string) error {
	at := slices.IndexFunc(steps, func(s step) bool { return s.name == name })
	if at < 0 {
		return fmt.Errorf("flow: there is no step %q; there are %s", name, strings.Join(Steps(), ", "))
	}
	if steps[at].sentinel && c.cfg.Sentinel == nil {
		return fmt.Errorf("flow: step %s needs a Sentinel target; set %s, %s, %s and %s for Apex's UAT",
			name, EnvApexUsername, EnvApexEntity, EnvApexSecret, EnvApexAccount)
	}
	for _, before := range c.before(name) {
		if c.done[before] {
			continue
		}
		if err := c.walk(ctx, before); err != nil {
			return err
		}
	}
	return c.walk(ctx, name)
}

// before lists the steps that must be done before the named one.
func (c *Client) before(name string) []string {
	var names []string
	for _, s := range steps {
		if s.name == name {
			break
		}
		if s.name != StepDeposit && s.name != StepWithdrawal {
			names = append(names, s.name)
		}
	}
	if name == StepSettle && !c.done[StepDeposit] && !c.done[StepWithdrawal] {
		names = append(names, string(c.cfg.Direction))
	}
	return names
}

// walk runs one step and records it.
func (c *Client) walk(ctx context.Context, name string) error {
	at := slices.IndexFunc(steps, func(s step) bool { return s.name == name })
	rec := Step{Name: name, Status: StatusOK}
	c.result.End, c.result.Reason, c.result.FailedStep = "", "", ""
	start := time.Now()
	err := steps[at].run(c, ctx, &rec)
	rec.Duration = time.Since(start)
	if err != nil {
		c.failed(&rec, err)
	}
	c.done[name] = err == nil
	c.result.Steps = append(c.result.Steps, rec)
	c.cfg.OnStep(rec)
	if err != nil {
		return &StepError{Step: name, Err: err}
	}
	return nil
}

func (c *Client) failed(rec *Step, err error) {
	f := Describe(err)
	rec.Status, rec.Err, rec.Failure = StatusFailed, err, &f
	c.result.End, c.result.Reason, c.result.FailedStep = EndFailed, f.Reason, rec.Name
	var late *PatienceError
	if errors.As(err, &late) && rec.Name == StepSettle {
		c.result.End = EndUnsettled
	}
}
