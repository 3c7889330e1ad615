/** The backend of an invented chip that streams convolutions into an adder. */
module acme.backend {
    requires quantwright.backend;

    provides quantwright.backend.Backend with acme.backend.AcmeBackend;
}
