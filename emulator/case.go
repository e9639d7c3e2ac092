package emulator

import (
	"fmt"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/casefile"
	"tweed/emulator/internal/control"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// Case returns the world's case: a zip with what is needed to see again what happened since
// the world began, at its start or its last reset, scenario or import. ReadCase reads it, and
// so does "tweed run". Secrets are redacted as in the journal. It returns an error when no
// calls came, and when some of them are no longer in the journal.
func (w World) Case() (data []byte, err error) {
	w.with(func(held *world.World) {
		data, err = control.Case(held, w.emulator.journal, w.name, Version, w.emulator.caseOptions())
	})
	if err != nil {
		return nil, fmt.Errorf("there is no case of world %s: %w", w.name, err)
	}
	return data, nil
}

// caseOptions are those that replies depend on.
func (e *Emulator) caseOptions() casefile.Options {
	return casefile.Options{
		Strict: e.options.Strict, MinDepth: e.options.MinDepth, PublicURL: e.options.PublicURL,
		BodyBytes: e.options.BodyBytes,
	}
}

// Case is what World.Case has written, read again.
type Case struct {
	file     string
	form     *casefile.Case
	scenario *scenario.Scenario
}

// ReadCase reads a case; file is its name for messages. The error says what is wrong with it.
// A case that another version of Tweed has made is read, too: see CheckVersion.
func ReadCase(file string, data []byte) (*Case, error) {
	form, err := casefile.Read(data)
	c := &Case{file: file, form: form}
	if err != nil {
		err = fmt.Errorf("%s: %w", file, err)
		if other := c.CheckVersion(); form.Version != "" && other != nil {
			err = fmt.Errorf("%w\n%w", err, other)
		}
		return nil, err
	}
	if err := api.CheckWorldName(form.World); err != nil {
		return nil, fmt.Errorf("%s: case.json: %w", file, err)
	}
	if c.scenario, err = scenario.Load("scenario.yaml", form.Scenario); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// File is the name that ReadCase was given.
func (c *Case) File() string { return c.file }

// Name is what the case was called when it was saved.
func (c *Case) Name() string { return c.form.Name }

// Version is the version of Tweed that has made the case.
func (c *Case) Version() string { return c.form.Version }

// CheckVersion returns an error, with what to do, when another version of Tweed has made the
// case: replies are part of a version.
func (c *Case) CheckVersion() error {
	if c.form.Version == Version {
		return nil
	}
	return fmt.Errorf("%s: it was made by Tweed %s, and this is %s: run it with Tweed %s, or save it anew with this one "+
		"(tweed case save); --any-version tries all the same", c.file, c.form.Version, Version, c.form.Version)
}
