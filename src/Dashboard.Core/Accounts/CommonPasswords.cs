using System.Collections.Frozen;
using System.Globalization;

namespace Dashboard.Core.Accounts;

/// <summary>Passwords that guessing begins with and that are long enough for <see cref="PasswordRules"/>. Nearly all that people use most
/// are shorter than twelve characters, so the length refuses those already. What is left is made in few ways: a word or a name with a
/// count, a date or another word behind it, a word doubled, a run along the keyboard or the alphabet. They are listed by how they are
/// made.</summary>
static class CommonPasswords
{
    const string Words = """
        access admin administrator adrian airborne alexander alexandra alexis amanda amsterdam anderson andrea andreas andrew angel angela
        angelina anthony apollo apple april arsenal arthur ashley asshole august austin baby babygirl bailey banana barbara barcelona
        baseball basketball batman beatles beautiful benjamin berlin bigdaddy blink blizzard boomer boston brandon brazil brian brooklyn
        bulldog buster butterfly california cameron captain carolina caroline casper catherine chairman champion changeme charles charlie
        charlotte cheese chelsea chester chicago chicken chocolate christian christine christopher claudia coffee college compaq computer
        cookie cooper corvette cowboy cowboys cristina crystal dallas daniel danielle dakota database david december default denise dennis
        diablo diamond dolphin dolphins dominic donald dragon eagles eclipse edward einstein elizabeth emmanuel england estrella
        everton fabian falcon family fender ferrari fireball firebird flower fluffy football forever francis francisco frankie freddy
        freedom friday friend friends frozen gabriel gabriela gandalf garfield genesis george ginger gloria godzilla goldfish google gordon
        grandma guitar gunner hammer hannah happy harley harrison harvey heather heaven hello helloworld hockey hotdog houston hunter
        iceman iloveyou instagram internet isabella jackson jaguar james january japan jasmine jason jasper jeffrey jennifer jeremy jessica
        jesus johnny jonathan jordan joseph joshua july junior justin katherine kawasaki kennedy kevin killer kimberly kingdom kitten
        knight ladybug lakers lauren legend letmein liberty linkedin lisa liverpool london loveme lovely lover loveyou lucky madison maggie
        manager manchester marina marine mario marlboro marshall martin master matrix matthew maverick maxwell melissa mercedes merlin
        metallica mexico michael michelle mickey midnight miguel minecraft miranda monday money monica monkey monster morgan mother
        motorola mountain mustang naruto natalie natasha newyork nicholas nicole nirvana nothing november october offspring olivia
        orange orlando packers pamela panther paradise paris parker passw0rd password passwort patricia patrick peaches peanut pepper
        perfect phantom phoenix platinum playboy please pokemon police porsche precious prince princess private pumpkin purple qazwsx
        qwerty qwertz rabbit rachel raiders rainbow ranger rangers raymond rebecca redskins richard robert rockstar roberto rocket
        rosebud samantha samsung samuel sandra saturday scooter scorpion scotland sebastian secret secure security september service
        shadow shannon sharon silver simple skywalker slipknot snickers snoopy soccer spanish sparky spencer spider spiderman spongebob
        starwars stephanie stephen steven stupid success summer sunday sunflower sunshine superman superstar support sweetheart swordfish
        sydney sylvia system tamara taylor teacher tennis teresa testing thomas thunder tigger tomcat toyota trouble trustno tuesday
        turtle united university vampire vanessa veronica victoria vincent virginia volleyball wednesday welcome whatever william williams
        wilson windows winner winston winter wizard wolverine wordpress xbox yamaha yankee yankees yellow zxcvbn
        """;

    const string Endings = """
        1 2 3 7 9 01 07 10 11 12 13 21 22 23 69 77 88 99 00 000 007 100 101 111 123 222 321 333 420 456 555 666 777 789 888 999
        1111 1122 1212 1234 2222 2580 4321 5555 6969 7777 12345 54321 123123 123321 123456 654321 1234567 7654321
        12345678 87654321 123456789 987654321 1234567890 0123456789 0987654321
        abc abc123 asdf qwe qwer qwerty qwerty123 zxcv 1q2w3e 1q2w3e4r 1qaz2wsx admin login love lover loveyou iloveyou baby boy girl man
        forever password password1 password123 passw0rd pass pass123 test test123 welcome
        """;

    /// <summary>Runs, and what is known from a drawing.</summary>
    const string Others = """
        adminadminadmin testtesttest testpassword testpassword1 guestguestguest useruseruser demodemodemo rootrootroot rootpassword
        passwordadmin adminpassword secretpassword supersecretpassword topsecretpassword masterpassword defaultpassword temporarypassword
        temppassword1 changethispassword mypassword123 mypasswordis thisismypassword thisisapassword thisisasecret letmeinplease
        iloveyousomuch unbelievable manchesterunited liverpoolfootball michaeljordan jesuschrist1 jesuslovesme correcthorsebatterystaple
        123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 12345678910111 1234567891011 123456789101112
        012345678910 0123456789012 01234567890123 098765432109 0987654321098 987654321012 9876543210987 123123123123 123412341234
        123456123456 1234567812345678 123456789123456789 123456789123 1234567890qwerty 123456789qwerty 12345678qwerty 123456qwerty
        1234qwerasdf 1234qwerasdfzxcv 123qweasdzxc 123qwe123qwe 123321123321 112233445566 11223344556677 112233112233 102030405060
        147258369147 147258369000 159357159357 741852963741 789456123789 789456123000 741852963000 159753159753 147852369000
        abcdefghijkl abcdefghijklm abcdefghijklmn abcdefghijklmnop abcdefghijklmnopqrstuvwxyz abcd12345678 abcd123456789 abcde1234567
        abcdef123456 abcdefg12345 abcdefgh1234 abcdefgh12345678 abc123456789 abc1234567890 abc123abc123 a1b2c3d4e5f6 a1b2c3d4e5f6g7
        aa1234567890 qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop12345 qwertyuiop123456 qwertyuiop1234567890 qwertyuiopasdf
        qwertyuiopasdfgh qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertyuiopqwertyuiop qwertyqwerty qwerty123qwerty qwertyasdfgh
        qwertyasdfghzxcvbn qwertzuiop123 qwertzuiopasdf azertyuiop12 azertyuiop123 azertyuiopqsdf asdfghjkl123 asdfghjkl1234
        asdfghjklqwertyuiop asdfghjkl123456789 asdfasdfasdf asdfghasdfgh asdfqwerzxcv qwerasdfzxcv qwerasdfzxcv1234 zxcvbnmasdfghjkl
        zxcvbnmasdfghjklqwertyuiop zxcvbnmzxcvbnm zxcvbnm12345 zxcvbnm123456789 poiuytrewq12 poiuytrewq123 lkjhgfdsa123
        1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p 1q2w3e4r1q2w3e4r 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc
        1qazxsw23edcvfr4 1qaz1qaz1qaz 1qaz2wsx1qaz2wsx qazwsxedcrfv qazwsxedcrfvtgb qazwsxedc123 qazwsxqazwsx zaq12wsxcde3 zaq1xsw2cde3
        zaq1zaq1zaq1 q1w2e3r4t5y6 q1w2e3r4t5y6u7i8 qweasdzxc123 qweasdzxcqweasdzxc qweqweqweqwe asdasdasdasd
        """;

    const int FirstYear = 1970;
    const int LastYear = 2035;

    static readonly Lazy<FrozenSet<string>> known = new(Make);

    /// <summary>The passwords, as <see cref="ComparableText.Fold"/> writes them.</summary>
    public static IReadOnlyCollection<string> All => known.Value;

    /// <summary>Returns whether a password is one of them, whatever its case, its spelling in Unicode, and the spaces and signs in
    /// it.</summary>
    public static bool Contains(string password) =>
        known.Value.Contains(string.Concat(ComparableText.Fold(password).Where(char.IsLetterOrDigit)));

    static FrozenSet<string> Make()
    {
        var words = Split(Words);
        var endings = Split(Endings).Concat(
            Enumerable.Range(FirstYear, LastYear - FirstYear + 1).Select(year => year.ToString(CultureInfo.InvariantCulture))).ToList();
        return words
            .SelectMany(word => endings.Select(ending => word + ending).Prepend(word))
            .Concat(words.SelectMany(word => new[] { word + word, word + word + word }))
            .Concat(endings.SelectMany(ending => words.Where(_ => char.IsAsciiDigit(ending[0])).Select(word => ending + word)))
            .Concat(Split(Others))
            .Where(password => password.Length >= PasswordRules.MinLength && password.Distinct().Count() >= PasswordRules.MinDifferent)
            .ToFrozenSet(StringComparer.Ordinal);
    }

    static string[] Split(string list) => list.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
