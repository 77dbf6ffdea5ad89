import pytest

from dynsync_gui.domain.addresses import dynamics_address, marketo_address


@pytest.mark.parametrize(
    "pasted",
    [
        "https://contoso.crm4.dynamics.com/",
        "contoso.crm4.dynamics.com",
        "  'https://contoso.crm4.dynamics.com/main.aspx?appid=1&forceUCI=1#x' ",
        "https://contoso.api.crm4.dynamics.com/api/data/v9.2/",
        "HTTPS://CONTOSO.CRM4.DYNAMICS.COM:443",
        "http://contoso.crm4.dynamics.com.",
    ],
)
def test_dynamics_address_is_made_exact(pasted):
    address = dynamics_address(pasted)
    assert (address.url, address.usable) == ("https://contoso.crm4.dynamics.com", True)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "https://admin.powerplatform.microsoft.com/environments",
        "https://make.powerapps.com",
        "https://crm4.dynamics.com",
        "https://www.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com.evil.example",
        "https://contoso.crm4.dynamics.com@evil.example",
        "https://evil.example/contoso.crm4.dynamics.com",
        "https://evil.example\\contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com:8443",
        "https://xn--contoso-.crm4.dynamics.com",
        "https://10.0.0.1",
        "https://123-abc-456.mktorest.com/rest",
        "ftp://contoso.crm4.dynamics.com",
        "https://[::1",
    ],
)
def test_other_hosts_are_not_taken_for_dynamics(pasted):
    assert not dynamics_address(pasted).usable


def test_the_wrong_box_is_named():
    assert "Marketo" in str(dynamics_address("https://123-abc-456.mktorest.com").note)
    assert "Dynamics" in str(marketo_address("https://contoso.crm.dynamics.com").note)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://123-ABC-456.mktorest.com/rest",
        "123-ABC-456",
        "https://123-abc-456.mktorest.com/identity",
        "123-abc-456.mktorest.com",
    ],
)
def test_marketo_address_is_made_exact(pasted):
    assert marketo_address(pasted).url == "https://123-abc-456.mktorest.com"


def test_a_named_host_is_exact():
    trusted = ("127.0.0.1:8443",)
    assert dynamics_address("https://127.0.0.1:8443/x", trusted).usable
    assert not dynamics_address("https://127.0.0.1:8444", trusted).usable
    assert not marketo_address("https://sub.127.0.0.1:8443", trusted).usable


def test_a_change_is_told():
    assert str(dynamics_address("contoso.crm.dynamics.com/main.aspx").note)
    assert not dynamics_address("https://contoso.crm.dynamics.com").note
